"""The words of mentionwatch: what flows from stage to stage.

Frozen dataclasses, nothing else.  All times are aware and in UTC.  A missing value is None, never "" or 0.
Texts are plain (no markup) and hold no control or bidirectional formatting characters but line feeds.
Imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mentionwatch.errors import SourceError

#: Tone towards the brand; "unknown" is a language that the engine cannot judge.
Label = Literal["negative", "neutral", "positive", "unknown"]
LABELS: tuple[Label, ...] = ("negative", "neutral", "positive", "unknown")

#: What sort of thing was published.
EntryKind = Literal["post", "comment", "review", "article"]
ENTRY_KINDS: tuple[EntryKind, ...] = ("post", "comment", "review", "article")

#: How grave an alert is; later is graver.
Severity = Literal["elevated", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("elevated", "high", "critical")

#: Where an alert stands in its life.
AlertState = Literal["open", "acknowledged", "resolved"]

#: Which telling of an alert a notice is.
NoticeKind = Literal["open", "worse", "remind", "resolved"]

#: What the user did with a mention.
MentionState = Literal["open", "seen", "handled", "ignored"]


# --- asking and answering ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Login:
    """How to get the token that a site wants with each request: asked for once a run, by POST."""

    #: Where the name and password are sent, as JSON.
    url: str = field(repr=False)
    #: What is sent.
    fields: Mapping[str, str] = field(repr=False)
    #: Path of the token in the answer.
    token: str
    #: The header that it goes into, and what stands there before it.
    header: str = "Authorization"
    before: str = "Bearer "
    #: The URL as it may be shown; None when nothing in it is secret.
    public_url: str | None = None


@dataclass(frozen=True)
class Request:
    """One document to ask for: by GET, by running a program, or from a file that the user named."""

    #: Absolute http(s) URL, secrets and all.
    url: str
    #: Extra headers, by name.
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: The URL as it may be shown and stored; None when nothing in it is secret.
    public_url: str | None = None
    #: The site's robots.txt is asked first: so for pages, which are made for people; never for feeds.
    robots: bool = False
    #: What the placeholders of its address stand for (the query, a country, the page); given back in the response.
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: Asked for in its place where it cannot be had, or holds nothing.
    instead: Request | None = None
    login: Login | None = field(default=None, repr=False)
    #: A program and its arguments, whose output is the document; never given to a shell.
    argv: tuple[str, ...] = field(default=(), repr=False)

    @property
    def shown(self) -> str:
        """The URL without secrets: for messages, logs and the store."""
        return self.public_url or self.url


@dataclass(frozen=True)
class Redirect:
    """One step on the way to a document."""

    status: int
    #: Where it led, without secrets.
    url: str


@dataclass(frozen=True)
class Response:
    """One document as it came, after HTTP decoding."""

    #: The URL it came from, after redirects; relative links in it are relative to this one.
    url: str
    #: Headers by lower-case name.
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    #: When it was asked for, by the clock that was passed in.
    fetched_at: datetime
    status: int = 200
    #: In the order they were followed.
    redirects: tuple[Redirect, ...] = ()
    #: See Request.
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: How long the server asks not to come back; None where it says nothing.
    fresh_for: timedelta | None = None
    #: From sending the request to the last byte; None for a file.
    seconds: float | None = None


@dataclass(frozen=True)
class Validators:
    """What a later request for the same document sends back, so that the server can say "not modified"."""

    #: Verbatim, quotes and weakness mark included.
    etag: str | None = None
    #: Verbatim; never made up.
    last_modified: str | None = None
    #: Of the decoded body: tells an unchanged one where the server does not.
    body_hash: str | None = None
    #: Where permanent redirects led, and how many times in a row they led there.
    moved_to: str | None = None
    moved_times: int = 0
    #: It was a page for people: its robots.txt is asked before it is asked for.
    is_page: bool = False


@dataclass(frozen=True)
class Search:
    """One question to a source that can search; what answers it is matched again by the query it was made of."""

    #: Each is a word, or words in double quotes; an entry has all of them.  The first narrows most: a site that takes
    #: only one is asked for that.
    words: tuple[str, ...]
    #: Words of which an entry has at least one; empty: nothing is asked of it.
    some: tuple[str, ...] = ()
    #: Words that an entry has none of.
    none: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ask:
    """What the pipeline wants of a source in one poll."""

    #: Present time, by the clock that was passed in.
    now: datetime
    #: For sources that can search: an entry that is wanted answers one of them.  Empty: all there is.
    searches: tuple[Search, ...] = ()
    #: Nothing older is of interest; None: whatever the source gives.
    since: datetime | None = None


# --- what was published -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One item as published: a post, a review, a comment, an article."""

    #: Name of the source that gave it.
    source: str
    #: Its id in that source as published (guid, objectID …), or None when it has none.
    guid: str | None = None
    kind: EntryKind = "post"
    #: Absolute http(s) URL that leads a person to it.
    url: str | None = None
    title: str | None = None
    #: Body as plain text.
    text: str | None = None
    author: str | None = None
    #: Forum, subreddit, category or app it stands in.
    community: str | None = None
    #: URL or id of what it answers.
    parent: str | None = None
    published: datetime | None = None
    #: The date as published, kept where it could not be used as it stood.
    published_raw: str | None = None
    #: BCP 47 tag, as the source gives it.
    language: str | None = None
    #: ISO 3166-1 alpha-2, upper case.
    country: str | None = None
    #: Version of the product that a review speaks of.
    version: str | None = None
    #: Stars, 1 to 5.
    rating: float | None = None
    #: Votes, likes and replies that the source reports, added up.
    engagement: int | None = None
    #: Words of others that it quotes; neither matched nor judged.
    quoted: str | None = None
    #: The page elsewhere that it is about, where its site names one: what a thread was opened for.
    about: str | None = None
    #: Absolute http(s) URLs that the markup of its body led to; what stands in the text as an address may be missing.
    links: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Dropped:
    """An item of a document that did not become an entry, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class AggregateRating:
    """What all reviewers of a page or app give together."""

    #: What is rated, as the page names it.
    name: str | None
    #: Mean stars, 1 to 5.
    rating: float
    #: Number of ratings behind it, or None when it is not told.
    count: int | None


@dataclass(frozen=True)
class FeedLink:
    """A place where something can be read, as ``sources discover`` finds it: an address, or a preset."""

    #: How it was found, in some words: "link element", "Link header", "known by its address" …
    found: str
    #: Absolute http(s) URL of a feed, or of a page with reviews; None for a preset.
    url: str | None = None
    #: Name of a preset, and its parameters.
    use: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    title: str | None = None
    kind: Literal["feed", "page", "preset"] = "feed"
    #: It holds what is said below the articles of a site, and no articles.
    is_comments: bool = False
    #: What it held when it was asked; None: it was not asked.
    entries: int | None = None
    #: Nobody names it: it is worth a try.
    is_guess: bool = False


@dataclass(frozen=True)
class Document:
    """What a source's adapter read in one response."""

    #: In the order of the document.
    entries: tuple[Entry, ...]
    title: str | None = None
    #: Further pages that hold more of what was asked for.
    following: tuple[Request, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    #: It is a page for people, whatever was expected.
    is_page: bool = False
    #: It broke off; what could be read is in entries, and its validators must not be kept.
    partial: bool = False
    ratings: tuple[AggregateRating, ...] = ()
    #: What a bridge says in place of entries ("Bridge returned error 503"): a failure, whatever the status was.
    error: str | None = None
    #: How often the publisher says that it is worth asking; None where nothing is said.
    ttl: timedelta | None = None
    #: Hours of the day (UTC) in which the publisher asks not to be asked.
    skip_hours: frozenset[int] = frozenset()
    #: How long the answer asks that its host be left alone, from now.
    pause: timedelta | None = None
    #: Where there is more to read, as ``sources discover`` finds it; the best first.
    feeds: tuple[FeedLink, ...] = ()


# --- what happened to a source ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Polled:
    """The source answered."""

    source: str
    #: Entries read, entries of them that were not known before, and mentions stored.
    entries: int
    new: int
    mentions: int
    dropped: tuple[Dropped, ...] = ()
    #: Pages that could not be had while others could; the source as a whole answered.
    partly_failed: tuple[SourceError, ...] = ()
    #: Entries of those read that were left out: published before what is kept.
    old: int = 0


@dataclass(frozen=True)
class NotModified:
    """The source said, or its unchanged body shows, that there is nothing new."""

    source: str


@dataclass(frozen=True)
class Failed:
    """The source did not answer, or not with what it should."""

    source: str
    error: SourceError


@dataclass(frozen=True)
class Postponed:
    """Nothing was asked: the host is left alone for now, or the poll's time was up.  It is carried over."""

    source: str
    until: datetime
    reason: str


Outcome = Polled | NotModified | Failed | Postponed

#: Health of a source.  "failing" has failed, but not often enough in a row to count as down.  The last six answer,
#: and something is odd: they answer in part, or slowly, hold nothing where there was something, have had nothing new
#: for long against their own cadence, held so much news that items were missed, or gave all their items new ids.
HealthState = Literal[
    "ok",
    "failing",
    "down",
    "gone",
    "blocked",
    "not-a-feed",
    "rate-limited",
    "partial",
    "slow",
    "empty",
    "stale",
    "gap",
    "re-identified",
]

#: States in which a source tells nothing: they make exit code 3 and a blind spot.
DOWN_STATES: frozenset[str] = frozenset({"down", "gone", "blocked", "not-a-feed", "rate-limited"})


@dataclass(frozen=True)
class SourceStatus:
    """How a source has been doing."""

    name: str
    #: The URL as it may be shown, or the preset's name.
    place: str
    first_polled: datetime
    last_polled: datetime
    last_success: datetime | None
    #: Failures in a row, 0 when the last poll succeeded.
    fails: int
    state: HealthState
    #: Why it is not ok, in one line; None when it is.
    reason: str | None = None
    #: When the present trouble began: the last success before it, or the first poll.
    since: datetime | None = None
    #: When it is due again; None: at the next poll.
    next_poll: datetime | None = None
    #: When the newest entry was published that it ever gave, and how far apart its entries usually are.
    newest: datetime | None = None
    cadence: timedelta | None = None
    #: Entries it held when it was last read, and seconds that took.
    entries: int | None = None
    seconds: float | None = None
    #: How it was reached the last time, where not directly.
    redirects: tuple[Redirect, ...] = ()
    #: What its publisher asks for: see Document.
    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()


# --- what was found ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Match:
    """A brand was found in a text."""

    brand: str
    #: The first of the brand's queries that matched, as the user wrote it.
    keyword: str
    #: Where, as [start, end) offsets in the text that was searched, in order.
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Tone:
    """How a text speaks of a brand."""

    label: Label
    #: From -1 (negative) to 1 (positive); None when the label is unknown.
    polarity: float | None
    #: Probability in [0, 1] that the label is right, as the engine sees it; None when the label is unknown.
    confidence: float | None
    #: The words that made it, each with its weight, the weightiest first.
    words: tuple[tuple[str, float], ...] = ()
    #: What judged: "auto", "accurate", "textblob", "auto+stars", "stars", "mark" …
    by: str = ""
    #: What was done beside judging the whole text, as short English sentences: "only the part about Acme was judged",
    #: "moved from Acme to Globex", "5 stars and the text disagree"; empty: nothing was.
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mention:
    """One entry about one brand."""

    #: Derives from the entry and the brand.
    id: str
    #: Id of the entry; two brands in one entry are two mentions with the same one.
    entry_id: str
    brand: str
    keyword: str
    entry: Entry
    tone: Tone
    first_seen: datetime
    #: Key of what it is about: posts with their own words about one page share it, and so do copies.
    story: str
    #: How many mentions of the brand carry this text, itself included.
    copies: int = 1
    #: It was already there when its source was first polled for the brand: learned from, never alerted on.
    backlog: bool = False
    state: MentionState = "open"
    intent: str | None = None
    #: What it is about, in the user's own word.
    topic: str | None = None
    #: The user marked it as noise: it is stored, counts nowhere, and is not shown unless it is asked for.
    noise: bool = False
    #: Key of its text, the id of the entry that had it first: copies share it, and count once.  None: it counts by
    #: itself, because nobody has looked for copies.
    copy: str | None = None


@dataclass(frozen=True)
class Mark:
    """The user's own verdict on a text about a brand: it goes before any engine's, and copies of the text share it.

    What is None, the user has not spoken of.
    """

    #: Id of the mention that was marked, the last one where several copies were.
    mention: str
    #: When it was last changed.
    at: datetime
    tone: Label | None = None
    noise: bool | None = None
    intent: str | None = None
    topic: str | None = None


@dataclass(frozen=True)
class Marked:
    """A mention whose tone the user corrected or confirmed: what engines are measured on."""

    #: As the engine judged it.
    mention: Mention
    #: What the user says of its tone.
    tone: Label


# --- what is unusual --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sighting:
    """A mention as the burst detector sees it."""

    mention: str
    #: None: undated.
    published: datetime | None
    first_seen: datetime
    tone: Label
    source: str
    #: None counts as an author of its own.
    author: str | None
    #: Copies of one text share it.
    story: str
    backlog: bool = False
    confidence: float | None = None


@dataclass(frozen=True)
class Burst:
    """More negative mentions than usual, by more than chance explains."""

    #: The window that stands out most; ``end`` is exclusive.
    start: datetime
    end: datetime
    #: Distinct negative mentions in it (copies and repeats of one author folded), and all of them.
    observed: int
    observed_raw: int
    #: Negative mentions usually seen in such a window.
    expected: float
    #: All distinct mentions in it.
    total: int
    #: observed / total, and what is usual; None when it cannot be told.
    negative_share: float | None
    usual_share: float | None
    #: N in "by chance: 1 in N", for this window.
    odds: float
    #: What is compared with the threshold: evidence in powers of ten.
    score: float
    severity: Severity
    authors: int
    stories: int
    #: Ids of the mentions that were counted, oldest first.
    mentions: tuple[str, ...]


@dataclass(frozen=True)
class Alert:
    """A burst that is told to someone, with a life."""

    id: str
    brand: str
    #: "negative": a burst of negative mentions.
    kind: str
    state: AlertState
    severity: Severity
    opened: datetime
    updated: datetime
    resolved: datetime | None
    #: The window of the worst burst so far.
    window_start: datetime
    window_end: datetime
    observed: int
    expected: float
    negative_share: float | None
    usual_share: float | None
    odds: float
    authors: int
    stories: int
    #: Why, in one sentence with numbers.
    reason: str
    #: Sources that were down in the window: their silence is no evidence.
    blind_spots: tuple[str, ...] = ()
    #: Ids of the mentions behind it.
    evidence: tuple[str, ...] = ()
    #: When a burst was last seen.
    last_burst: datetime | None = None
    #: When a notice was last recorded.
    last_notice: datetime | None = None


@dataclass(frozen=True)
class Notice:
    """One telling of an alert, as recorded in the outbox."""

    #: Idempotency key.
    id: str
    kind: NoticeKind
    alert: Alert
    created: datetime


# --- why it is so -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """What of a mention was looked for."""

    #: The query that finds it now, else the one that found it.
    keyword: str
    #: What was searched, and where the query stands in it, as [start, end) offsets.
    text: str
    spans: tuple[tuple[int, int], ...] = ()
    #: Why the brand's present queries do not find it, as a sentence; None: they do.
    lost: str | None = None


#: Whether a mention counts in a burst: "counts" as a negative one; or why not.
CountReason = Literal[
    "counts", "author", "not-negative", "unsure", "backlog", "undated", "unknown", "copy", "noise", "unwatched"
]


@dataclass(frozen=True)
class Counting:
    """How the burst detector takes a mention."""

    reason: CountReason
    #: The same as a sentence.
    why: str
    #: When it is taken to have been published; None where it counts for nothing.
    at: datetime | None = None
    #: Every window that it could stand in has ended.
    past: bool = False
    #: The brand is still being learned: no burst is looked for.
    learning: bool = False

    @property
    def counts(self) -> bool:
        """Whether it counts as a negative mention."""
        return self.reason == "counts"


@dataclass(frozen=True)
class Explanation:
    """Why a mention is what it is."""

    mention: Mention
    finding: Finding
    #: What the engine said, which a mark goes before.
    judged: Tone
    mark: Mark | None
    #: The other mentions of the brand with this text, the oldest first; some hundreds at most.
    copies: tuple[Mention, ...]
    #: Its text was seen before, in this mention; None: it was the first, or that one is not stored any more.
    copy_of: Mention | None
    #: Other mentions of the brand with words of their own about the same page; some hundreds at most.
    story: tuple[Mention, ...]
    #: Hosts (or sources) where text or story were seen, its own first.
    places: tuple[str, ...]
    counting: Counting
    #: Alerts that rest on it, the latest first.
    alerts: tuple[Alert, ...]


# --- what would have been ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fired:
    """An alert that would have been."""

    opened: datetime
    #: The first of the mentions that it was opened for.
    first: datetime
    #: None: it would still be open.
    resolved: datetime | None
    #: The gravest it was, and the figures of its worst window.
    severity: Severity
    observed: int
    expected: float
    authors: int
    reason: str

    @property
    def delay(self) -> timedelta:
        """From the first mention to the alarm."""
        return self.opened - self.first


@dataclass(frozen=True)
class Tried:
    """A setting over the past: a sensitivity, or a rule."""

    #: "low", "medium", "high", "volume", or the rule's name.
    name: str
    kind: Literal["sensitivity", "volume", "rule"]
    #: It is what is set now.
    in_force: bool
    #: In order.
    alerts: tuple[Fired, ...]


@dataclass(frozen=True)
class DayCount:
    """One day of a brand, copies folded."""

    #: Its first moment, in the zone of people's eyes.
    start: datetime
    negative: int
    total: int


@dataclass(frozen=True)
class Backtest:
    """What settings would have told of a brand."""

    brand: str
    #: What was looked at; alerts of before are left out.
    since: datetime
    until: datetime
    #: From when on bursts were looked for; None: the brand is still being learned.
    learned: datetime | None
    days: tuple[DayCount, ...]
    tried: tuple[Tried, ...]

    @property
    def months(self) -> float:
        """How long bursts were looked for, in months of 30 days."""
        if self.learned is None:
            return 0.0
        return max(0.0, (self.until - max(self.since, self.learned)) / timedelta(days=30))


@dataclass(frozen=True)
class Budgeted:
    """The setting that stays under so many alerts."""

    #: "detector", or the rule's name.
    what: str
    #: As it stands in the file: ``sensitivity = "low"``; None: there is no such.
    setting: str | None
    #: Alerts a month with it, over all brands that were looked at, and with what is set now.
    per_month: float
    now_per_month: float
    #: What was asked for.
    most: float
