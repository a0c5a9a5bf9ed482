"""Patterns of words that weigh more together than alone: factual complaints, factual praise, requests, news, idioms.

"Still waiting for my refund" has no word that a lexicon knows.  The notation: words in order, `` / `` between patterns;
``a|b`` is either; ``work*`` is every form of the word; ``{name}`` is a set from ``_SETS``; ``_`` is up to two words of
any kind.  What each group weighs is learned, not written here.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mentionwatch.tone.small.complaints import COMPLAINTS
from mentionwatch.tone.small.idioms import IDIOMS
from mentionwatch.tone.small.tokens import NEGATORS, stem

if TYPE_CHECKING:
    from collections.abc import Sequence

_SETS = {
    "neg": " ".join(sorted(NEGATORS)),
    "cant": """
        cant cannot couldnt unable wont wouldnt doesnt didnt dont isnt not never
    """,
    "do": """
        work* load* open* start* connect* sync* play* install* respond* charge* launch* update* download* save*
        send* boot* turn* run* pair* print* show* appear* recognize* recognise* detect* accept* process*
        function* stream* upload* render* refresh* arrive* deliver* ship* log* login sign* access* use* pay*
        checkout cancel* reset* find* receive* get* reach* transfer* export* import*
    """,
    "thing": """
        app site website page phone device screen battery service server servers account order package update
        version card payment button link keyboard camera router wifi laptop machine product item unit software
        game internet connection network checkout cart email support charger printer headset watch tv
    """,
    "time": """
        day* week* month* year* hour* minute* days weeks months hours minutes ages forever morning afternoon
    """,
    "number": """
        two three four five six seven eight nine ten twelve several many <num> few couple another
    """,
    "again": """
        again anymore twice constantly repeatedly always everytime randomly
    """,
    "very": """
        very so really super absolutely extremely incredibly totally just pretty truly quite always
    """,
    "bad": """
        bad terrible awful horrible worst useless poor disgusting ridiculous unacceptable pathetic shocking
        appalling abysmal atrocious
    """,
    "good": """
        good great excellent amazing awesome perfect fantastic wonderful brilliant superb flawless smooth nice
        best
    """,
    "who": """
        support service team staff agent rep company seller they anyone nobody someone customer you
    """,
    "be": """
        is was are were been being be im its theyre
    """,
    "my": """
        my our the your their this these a an
    """,
}

_OTHERS: dict[str, str] = {
    "bad_if": """
        {neg} bad / {neg} too bad / {neg} _ problem* / {neg} _ issue* / {neg} _ complaint* / {neg} _ trouble* /
        {neg} complain* / {neg} regret* / {neg} hassle* / {neg} fault* / {neg} disappoint* / {neg} worr* /
        never fail*|crash*|freez*|disappoint*|had|let / without _ problem*|issue*|hitch|hassle|fail|trouble /
        no brainer / {neg} lag* / {neg} wrong with / hard|cant|couldnt to|go beat|wrong
    """,
    "works": """
        work* great|well|perfect*|fine|flawless*|good|like|as|beautiful*|wonder* / {do} {good} / just works /
        like a charm / like a champ / as advertised|expected|described|promised / solv* /
        fix* my|it|the|everything|for / sav* me|us|my|our|hours|time|money / life saver / lifesaver / game changer /
        gamechanger / does _ job|trick / easy to / easy as / so easy / simple to / user friendly / intuitive /
        fast shipping|delivery|and / quick response|reply|delivery|to / on time / ahead of /
        arriv* early|quick*|fast|on|perfect* / in minutes|seconds / up and running / first try|time / holds up /
        hold* up / still {be}|work*|going _ strong / going strong / last* _ {time} / last* long|all /
        well made|built|done|worth|designed|written / high quality / good|great|excellent|top quality / good value /
        great value|price|deal|buy / value for / worth _ penny|money|every|price|it|wait / bang for / crystal clear /
        exceed* / above and / went above / better than / much|way|far better / huge|big|massive improvement /
        improv* / faster than / upgrade* / step up / reliable / sturdy / durable / comfortable / smooth* /
        responsive / helpful / friendly / polite / professional
    """,
    "praise": """
        highly|definitely|strongly|would|will|cant|can|totally recommend* / recommend* _ to|it|this|them /
        love* it|this|my|the|how|that|these / {be} {very} {good} / best _ ever|in|i|app|purchase|thing /
        {good} job|work|service|product|app|stuff|support / well done / good|great|nice|fantastic|excellent job|work /
        keep it up / keep up / thank* you|so|for|to|very / thanks / shout out / shoutout / kudos / props / hats off /
        bravo / congrat* / five|<num> stars / thumbs up / cant wait / cant beat / couldnt be|ask / could not be /
        hands down / second to none / never look* / never go* back / wont go back / never been happier /
        happy with|customer|camper|to|about / pleased with / satisfied with|customer / impress* / blown away /
        blew me / in love / obsess* / addict* / must have|buy|try / musthave / 10 out|/10 / perfect for|fit|size /
        glad i|we|to|that / so glad|happy|good|excited|proud|cool / look* forward / excited to|for|about /
        made my day / makes my / life easier / fan of|since / big fan / huge fan / favorite / favourite / my go /
        go to / money well / well spent / loyal / customer for life /
        will buy|order|be|use|come|definitely again|back|return / buy|order|use again / cant live / couldnt live /
        dont know how / cant go wrong / pleasant* / delight* / amaz* / refresh* / rocks / ftw
    """,
    "ask": """
        how do|can|to|does|would|should|long|much|many /
        does|do|has|have|is|can|could|did|are any|anyone|anybody|someone|there|it|this|we /
        anyone know|use|used|using|else|have|tried|got|here / where can|do|is|to|are /
        what is|are|does|do|would|should|time|about|size / which one|is|version|of|model|would /
        when will|does|is|do|are|can / who is|do|can|has / is there / are there /
        is it possible|worth|safe|ok|better|compatible / should i|we /
        thinking|think* of|about buying|getting|switching|trying / look* for / can you|someone|anyone|i|we /
        could you|someone|anyone / would you /
        any idea*|tips|advice|recommendation*|suggestion*|thoughts|way|word|update*|news / curious /
        wonder* if|how|what|whether / question about / quick question / difference between / compared to / vs|versus /
        help me / please help|advise|explain / trying to / i want|need to / i would like / id like / please
    """,
    "hope": """
        would|could be great|nice|good|cool|helpful|better|awesome|amazing|perfect if|to /
        would love|like to|if|a|an|some / i|we wish / i|we hope / hope* you|they|to|it|that / if only /
        please|pls add|bring|make|consider|allow|include|support / feature request / suggestion / needs a|an|to|more /
        should have|be|add|include / please fix / will|when fixed / hopefully / looking forward to / can you add /
        add a|an|support|the
    """,
    "news": """
        announc* / releas* / launch* / unveil* / introduc* / partner* with|ship* / acquir* / merg* / hir* / appoint* /
        report* earnings|revenue|results|profit / quarter* / share* price|rose|fell|up|down / stock* / revenue /
        billion / million / percent / ceo / spokes* / said _ statement|that|on / according to /
        available now|on|in|for|at / now available / version <num> / update <num> / will be /
        is now|coming|set|hiring / coming soon / starting|effective / read more / via / check out /
        new post|video|blog|article / sign up / webinar / conference / event / today at / join us / live now /
        giveaway / pre order / market size|share|report|research / per share / ipo / invest* / fund* / regulator* /
        press release / blog post / listed / scheduled / maintenance
    """,
    "versus": """
        better than / worse than / switch* _ from / switch* _ to / mov* _ from / migrat* from|to / ditch* /
        dropp* _ for / left _ for / replac* / instead of / unlike / compar* to / prefer* / over the / as good as /
        no match for / beats / beat* / outperform* / superior to / inferior to
    """,
    "sarcasm": """
        great job _ ruin*|break*|los*|again / thanks for nothing /
        thanks _ ruin*|los*|break*|wast*|charg*|ignor*|cancel* / oh great / oh good / oh joy / way to go /
        just great|what|perfect|wonderful / love how / love when / love wait*|pay*|be*|get* / nice one|going|try /
        yeah right / sure jan / good luck with|getting|trying / best of luck / wow just / another day another /
        slow clap / so much for / cool cool / real* helpful / thanks a lot / how lovely / gee thanks / bravo
    """,
}
_GROUPS = COMPLAINTS | IDIOMS | _OTHERS


class Element(NamedTuple):
    """One place of a pattern: the words and stems that may stand there, and how many others may come before it."""

    words: frozenset[str]
    stems: frozenset[str]
    gap: int


class Pattern(NamedTuple):
    """What comes after the first word."""

    group: str
    rest: tuple[Element, ...]


@cache
def _element(text: str, gap: int) -> Element:
    if gap:
        return _element(text, 0)._replace(gap=gap)
    if text[0] == "{" and "|" not in text:
        text = _SETS[text[1:-1]]
    words: set[str] = set()
    stems: set[str] = set()
    for choice in text.replace("|", " ").split():
        if choice[0] == "{":
            inner = _element(choice, 0)
            words |= inner.words
            stems |= inner.stems
        elif choice[-1] == "*":
            stems.add(stem(choice[:-1]))
        else:
            words.add(choice)
    return Element(frozenset(words), frozenset(stems), gap)


@cache
def _rest(text: str) -> tuple[Element, ...]:
    elements: list[Element] = []
    gap = 0
    for part in text.split():
        if part == "_":
            gap = 2
            continue
        elements.append(_element(part, gap))
        gap = 0
    return tuple(elements)


def _index() -> tuple[dict[str, list[tuple[str, str]]], dict[str, list[tuple[str, str]]]]:
    """First words, and first stems -> group and the text of what comes after."""
    words: dict[str, list[tuple[str, str]]] = {}
    stems: dict[str, list[tuple[str, str]]] = {}
    for group, lines in _GROUPS.items():
        for text in " ".join(lines.split()).strip(" /").split(" / "):
            start, _, rest = text.partition(" ")
            first = _element(start, 0)
            for word in first.words:
                words.setdefault(word, []).append((group, rest))
            for root in first.stems:
                stems.setdefault(root, []).append((group, rest))
    return words, stems


_BY_WORD, _BY_STEM = _index()
GROUPS = tuple(_GROUPS)


# Read when they are met: most are not by a handful of texts, and whoever asks for one verdict waits for all of it.
@cache
def _of_word(word: str) -> tuple[Pattern, ...]:
    """The patterns that begin with a word of the index, read when a text has it for the first time."""
    return tuple(Pattern(group, _rest(rest)) for group, rest in _BY_WORD[word])


@cache
def _of_stem(root: str) -> tuple[Pattern, ...]:
    return tuple(Pattern(group, _rest(rest)) for group, rest in _BY_STEM[root])


def find_phrases(words: Sequence[str], stems: Sequence[str]) -> list[tuple[str, int, int]]:
    """Find the patterns in a text.

    Returns:
        Group, index of the first word, index after the last one.
    """
    found: list[tuple[str, int, int]] = []
    by_word, by_stem, size = _BY_WORD, _BY_STEM, len(words)
    for start, word in enumerate(words):
        here = _of_word(word) if word in by_word else ()
        root = stems[start]
        if root in by_stem:
            here += _of_stem(root)
        if not here:
            continue
        after = start + 1
        following, its_root = (words[after], stems[after]) if after < size else ("", "")
        for group, rest in here:
            if not rest:
                found.append((group, start, after))
                continue
            wanted, roots, gap = rest[0]
            # Most patterns fail here, at the next word.
            if gap or following in wanted or its_root in roots:
                end = _follow(words, stems, after, rest)
                if end:
                    found.append((group, start, end))
    return found


def _follow(words: Sequence[str], stems: Sequence[str], at: int, rest: tuple[Element, ...]) -> int:
    """Give the index after the last word of a pattern that goes on here, 0 where it does not."""
    size = len(words)
    for wanted, roots, gap in rest:
        last = min(size, at + gap + 1)
        while at < last:
            if words[at] in wanted or stems[at] in roots:
                break
            at += 1
        else:
            return 0
        at += 1
    return at
