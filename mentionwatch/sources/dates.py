"""Dates as published, in all their forms, made UTC."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from mentionwatch.text import one_line

#: A clock of another machine may be ahead by this much.
_SKEW = timedelta(minutes=10)
#: Nothing on the web is older; what claims to be is an empty field (1970, 0001) or a mistake.
_OLDEST = datetime(1990, 1, 1, tzinfo=timezone.utc)
_MAX_LENGTH = 100

_NUMBER = re.compile(r"[+-]?\d{9,19}(?:\.\d{1,9})?")
_ISO = re.compile(
    r"(?P<y>\d{4})-?(?P<m>\d\d)-?(?P<d>\d\d)"
    r"(?:(?:T|\s+)(?P<H>\d{1,2}):?(?P<M>\d\d)(?::?(?P<S>\d\d)(?:[.,](?P<f>\d{1,9}))?)?"
    r"\s*(?P<z>Z|[A-Z]{1,5}|[+-]\d\d(?::?\d\d)?)?)?",
    re.IGNORECASE,
)
_TIME = r"(?P<H>\d{1,2}):(?P<M>\d\d)(?::(?P<S>\d\d)(?:\.\d{1,9})?)?\s*(?P<h>[ap]\.?\s?m\b\.?)?"
_NAMED_ZONE = r"\s*(?P<z>[A-Za-z]{1,5}|(?:GMT|UTC)?[+-]\d{1,2}(?::?\d\d)?)?(?:\s*\([^)]*\))?"
# A weekday or month in any script: \w leaves out the vowel signs of Indian ones.
_WORD = r"[^\s\d.,:/()+-]{2,20}"
_RFC = re.compile(
    rf"(?:{_WORD}\.?,?\s+)?(?P<d>\d{{1,2}})(?:\.?\s+de)?[\s.-]+(?P<m>{_WORD})\.?(?:\s+de)?[\s,-]+(?P<y>\d{{4}}|\d\d)"
    rf"(?:,?\s+{_TIME}{_NAMED_ZONE})?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"(?:{_WORD}\.?,?\s+)?(?P<m>{_WORD})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})(?:,?\s+(?:at\s+)?{_TIME}{_NAMED_ZONE})?",
    re.IGNORECASE,
)
_DOTTED = re.compile(
    rf"(?:{_WORD}\.?,?\s+)?(?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.\s?(?P<y>\d{{4}})(?:,?\s+{_TIME})?(?P<z>)",
    re.IGNORECASE,
)
_EAST_ASIAN = re.compile(
    rf"(?P<y>\d{{4}})\s?[年년]\s?(?P<m>\d{{1,2}})\s?[月월]\s?(?P<d>\d{{1,2}})\s?[日일](?:\s*[(（]?\w{{1,3}}[)）]?)??(?:\s*{_TIME})?(?P<z>)",
    re.IGNORECASE,
)
_SLASHED = re.compile(
    rf"(?:(?P<w>{_WORD})\.?,?\s+)?(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})/(?P<y>\d{{4}}|\d\d)(?:[\s,-]+{_TIME}{_NAMED_ZONE})?",
    re.IGNORECASE,
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HALF_DAY = re.compile(r"\b[ap]\.?\s?m\b", re.IGNORECASE)
_JAVA_ZONE = re.compile(r"(?<=[Z\d])\[[\w/+-]{1,40}\]$")
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2})(?::?(\d\d))?", re.IGNORECASE)

#: Minutes east of UTC.  Names that more than one zone has are read as feeds mean them: in the United States.
_ZONE_LIST = (
    "z=0 ut=0 utc=0 gmt=0 wet=0 est=-300 edt=-240 cst=-360 cdt=-300 mst=-420 mdt=-360 pst=-480 pdt=-420 akst=-540"
    " akdt=-480 hst=-600 ast=-240 adt=-180 nst=-210 ndt=-150 brt=-180 art=-180 bst=60 ist=330 west=60 cet=60 met=60"
    " mez=60 cest=120 mest=120 mesz=120 eet=120 eest=180 msk=180 trt=180 sast=120 jst=540 kst=540 hkt=480 sgt=480"
    " awst=480 acst=570 acdt=630 aest=600 aedt=660 nzst=720 nzdt=780"
)
_ZONES = {name: int(minutes) for name, minutes in (zone.split("=") for zone in _ZONE_LIST.split())}

# Month names by their first letters, long enough to tell them apart within all the languages together:
# English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Swedish, Danish, Norwegian, Czech, Turkish,
# Russian, Ukrainian, Romanian, Finnish, Hungarian, Greek, Hindi, Kannada.  The longest prefix that fits counts.
_MONTHS: tuple[tuple[int, str], ...] = (
    (1, "jan jän gen ene sty led oca янв січ ian tammi ιαν जन ಜನ"),
    (2, "feb fév fev lut úno uno şub sub фев лют helmi φεβ फ़र फर ಫೆಬ"),
    (3, "mar mär maa mrt mrz břez brez мар бер már maalis μαρ μάρ मार् ಮಾರ್"),
    (4, "apr avr abr kwi dub nis апр кві ápr huhti απρ अप्र ಏಪ್ರ"),
    (5, "may mai mag maj mei maio mayo kvě kve мая май тра máj touko μαϊ μαΐ μάι मई ಮೇ"),
    (6, "jun juin giu cze červen cerven haz июн чер iun jún kesä ιουν जून ಜೂನ್"),
    (7, "jul juil lug lip červenec cervenec tem июл лип iul júl heinä ιουλ जुल ಜುಲ"),
    (8, "aug aoû aou ago sie srp ağu agu авг сер elo αυγ αύγ अग ಆಗ"),
    (9, "sep set wrz září zari eyl сен вер sze syys σεπ सित ಸೆಪ್"),
    (10, "oct okt out ott paź paz říj rij eki окт жов loka οκτ अक् अक्ट ಅಕ್ಟ"),
    (11, "nov lis kas ноя noi marras νοε νοέ नव ನವ"),
    (12, "dec dez déc dic des dis gru pro ara дек гру joulu δεκ दिस ಡಿಸ"),
)
_MONTH_PREFIXES = sorted(((p, n) for n, names in _MONTHS for p in names.split()), key=lambda x: -len(x[0]))


def parse_date(
    raw: str | float | None, *, now: datetime, language: str | None = None
) -> tuple[datetime | None, str | None]:
    """Read a date: RFC 822, ISO 8601, seconds or milliseconds since 1970, and what people write.

    A date without a zone is taken as UTC.  One more than 10 minutes in the future becomes `now`, one before 1990 none.
    Of two readings of 3/4/2025 the one counts that fits its weekday, is not in the future, fits the language, or is
    the nearest to now: the first of these that decides.

    Args:
        raw: As published.
        now: When the document was asked for; aware.
        language: BCP 47 tag of the document; "en-US" puts the month first, all others but "en" the day.

    Returns:
        The date in UTC or None, and `raw` as text where it could not be used as it stood (else None).
    """
    if raw is None or isinstance(raw, bool):
        return None, None
    if isinstance(raw, int) and abs(raw) >= 10**19:
        return None, "a number of more than 19 digits"  # Python itself refuses to write very long ones
    text = one_line(str(raw)[: _MAX_LENGTH * 2])
    if not text:
        return None, None
    kept = one_line(text[:_MAX_LENGTH])
    date = _read(text, now, language) if len(text) <= _MAX_LENGTH else None
    if date is None or date < _OLDEST:
        return None, kept
    if date > now + _SKEW:
        return now, kept
    return date, None


def _read(text: str, now: datetime, language: str | None) -> datetime | None:
    text = _JAVA_ZONE.sub("", text)
    try:
        if _NUMBER.fullmatch(text):
            return _from_number(text)
        for pattern in (_ISO, _RFC, _DOTTED, _MONTH_FIRST, _EAST_ASIAN):
            found = pattern.fullmatch(text)
            if found and (date := _from_parts(found.groupdict())):
                return date
        if found := _SLASHED.fullmatch(text):
            return _from_slashed(found.groupdict(), now, language)
        return _from_email(text) or _from_guess(text, now, language)
    except (ValueError, OverflowError, OSError):
        return None


def _from_number(text: str) -> datetime | None:
    number = float(text)
    if re.fullmatch(r"(?:19|20)\d{12}", text):  # 20250131235959
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    while abs(number) >= 1e11:  # milliseconds, microseconds, nanoseconds
        number /= 1000
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=number)


def _from_parts(part: dict[str, str | None]) -> datetime | None:
    """The date of the parts y, m, d, H, M, S, h, f, z; None when the month or zone is not known."""
    named, year = part["m"] or "", int(part["y"] or 0)
    month = int(named) if named.isdigit() else _month(named)
    zone = _zone(part.get("z") or "")
    if month is None or zone is None:
        return None
    if len(part["y"] or "") == 2:
        year += 2000 if year < 69 else 1900  # as POSIX and RFC 2822 have it
    hour, minute, second = (int(part[k] or 0) for k in "HMS")
    if half := part.get("h"):
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    # 24:00 is the next midnight, and a leap second has no number of its own here.
    extra = timedelta(hours=hour, minutes=minute, seconds=min(second, 59))
    if hour > 24 or minute > 59 or second > 60:
        return None
    fraction = timedelta(microseconds=int(((part.get("f") or "") + "000000")[:6]))
    return datetime(year, month, int(part["d"] or 0), tzinfo=timezone.utc) + extra + fraction - zone


def _from_slashed(part: dict[str, str | None], now: datetime, language: str | None) -> datetime | None:
    """The reading of 3/4/2025 that its weekday, the present, or the language of the document speak for.

    Where nothing does, the one nearest to now: what a feed holds is mostly new.
    """
    readings = []
    for month, day in (("a", "b"), ("b", "a")):
        with suppress(ValueError):
            date = _from_parts({**part, "m": part[month], "d": part[day]})
            readings += [date] if date else []
    if not readings:
        return None
    weekday = (part["w"] or "").casefold()[:3]
    local = {date: (date + (_zone(part["z"] or "") or timedelta(0))).weekday() for date in readings}
    fitting = [date for date in readings if weekday == _WEEKDAYS[local[date]]] or readings
    past = [date for date in fitting if date <= now + _SKEW] or fitting
    tag = (language or "").lower().replace("_", "-")
    if len(past) == 1 or tag in {"", "en"}:
        return max(past)
    return past[0] if tag == "en-us" else past[-1]


def _month(name: str) -> int | None:
    folded = name.casefold()
    return next((number for prefix, number in _MONTH_PREFIXES if folded.startswith(prefix)), None)


def _zone(text: str) -> timedelta | None:
    """Offset of a zone by number or name; None for a name nobody knows."""
    if not text:
        return timedelta(0)
    found = _OFFSET.fullmatch(text)
    if found:
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return (-offset if found[1] == "-" else offset) if offset <= timedelta(hours=15) else None
    if len(text) == 1 and text.lower() != "z":
        return timedelta(0)  # military letters: RFC 2822 says that they are too often wrong to be used
    minutes = _ZONES.get(text.lower())
    return None if minutes is None else timedelta(minutes=minutes)


def _from_email(text: str) -> datetime | None:
    if _HALF_DAY.search(text):  # it would read "04:42 PM" as in the morning
        return None
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    return _utc(date)


def _from_guess(text: str, now: datetime, language: str | None) -> datetime | None:
    """Let dateutil try, with numbers read in the order of the language."""
    if not re.search(r"\d", text):
        return None
    import warnings

    from dateutil.parser import parse  # type: ignore[import-untyped]  # it ships no types

    month_first = (language or "").lower().replace("_", "-") in {"", "en", "en-us"}
    zones = {name.upper(): minutes * 60 for name, minutes in _ZONES.items()}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an unknown zone is a warning; the date is then read as UTC
            # A default, so that no reading depends on the clock of this machine.
            default = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
            date = parse(
                text.replace(" - ", " "), dayfirst=not month_first, fuzzy=False, default=default, tzinfos=zones
            )
    except (ValueError, OverflowError, TypeError, AttributeError, RecursionError, KeyError, IndexError):
        # dateutil documents ParserError and OverflowError; odd input has raised each of the others.
        return None
    # A bare number ("7", "2024-") says no day.
    return _utc(date) if len(re.findall(r"\d+|[^\W\d_]{3,}", text)) >= 3 else None


def _utc(date: datetime) -> datetime:
    return (date if date.tzinfo else date.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
