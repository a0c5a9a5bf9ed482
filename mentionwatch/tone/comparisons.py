"""The patterns of comparisons, one a line, as ``compare.py`` tries them.

A pattern is a row of tokens with blanks between them: ``T`` is the brand and ``T+`` the brand with what is its ("Acme's
new router"), ``O`` another known name and ``X`` anything else of one to four words, ``..3`` at most three words,
``[a|b]`` words that may be there, other capitals a list of words from below, and all else a regular expression.  They
are compiled when a sentence has one of their words for the first time: most sentences have none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

#: Stand for the brand and for other names: of private use, so that no text means anything by them, and no letters.
BRAND, OTHER = "\ue000", "\ue001"

#: The dot that is left of a capital I with a dot goes.
_FOLDED = {0x0131: "i", 0x017F: "s", 0x0307: None}

Sign = Literal["negative", "neutral", "positive"]

#: A word, or another known name.
_W = rf"(?:[\w'’+.&-]*[\w'’+]|{OTHER}(?:['’]s?)?)"
_DET = (
    r"(?:(?:the|my|our|your|their|his|her|its|this|that|those|these|an?|any|all|old|new|using|having|on|every|other)\s+)"
    r"{0,2}"
)
#: Words that follow a name without being a part of it.
_STOP = (
    r"(?!(?:to|for|with|over|than|by|and|but|is|are|was|were|has|had|because|when|as|so|or|in|on|at|from|after|last|"
    r"this|now|due|yesterday|today|would|could|had|did|does|worked)\b)"
)
_MORE = (
    "reliable|stable|responsive|useful|helpful|user-friendly|intuitive|comfortable|accurate|secure|enjoyable|powerful|"
    "polished|consistent|robust|usable|pleasant|fun|trustworthy|honest|durable|efficient|affordable|professional"
)
_LESS = (
    "buggy|expensive|annoying|clunky|confusing|painful|bloated|frustrating|laggy|complicated|unreliable|unstable|noisy|"
    "cumbersome|intrusive"
)
_PIECES = {
    "T": rf"{_DET}[@#]?{BRAND}(?:['’]s?)?",
    "O": rf"{_DET}[@#]?{OTHER}(?:['’]s?)?",
    "X": rf"{_DET}[@#]?(?:{OTHER}|{_STOP}{_W})(?:['’]s?)?(?:\s+{_STOP}{_W}){{0,3}}?",
    "MOVED": (
        r"(?:mov(?:e|ed|ing)|switch(?:ed|ing)?|migrat(?:e|ed|ing)|chang(?:e|ed|ing)|convert(?:ed|ing)?|port(?:ed|ing)|"
        r"transferr?(?:ed|ing)?|defect(?:ed|ing)?|jump(?:ed|ing)?|went|going|came|coming|gone|transition(?:ed|ing)?|"
        r"upgrad(?:ed|ing))(?:\s+(?:away|over|back|everything|everyone|us|all|it|my|our|the|whole|team|company|"
        r"accounts?|data|stuff|business|numbers?|entire|house|family|completely|fully|recently|finally|off|ship)){0,4}"
    ),
    "MOVE": r"(?:mov(?:e|ed|ing)|switch(?:ed|ing)?|migrat(?:e|ed|ing)|defect(?:ed|ing)?)",
    "LEFT": (
        r"(?:(?:left|leav(?:e|es|ing))(?!\s+(?:an?|some|me|you|your|feedback|comments?|it|tips?)\b)|ditch(?:ed|es|ing)?|drop(?:ped|ping)?|dump(?:ed|ing)?|abandon(?:ed|ing)?|"
        r"quit(?:ting)?|cancel(?:l?ed|l?ing)?|swap(?:ped|ping)?|trad(?:e|ed|ing)(?:\s+in)?|gave\s+up(?:\s+on)?|"
        r"giv(?:e|ing)\s+up(?:\s+on)?|stopped\s+using|kicked|binned|uninstalled|sold|exchang(?:ed|ing)|(?:got|get|getting)\s+rid\s+of)"
    ),
    "FOR": (
        r"(?:for|and\s+(?:(?:went|going|go)\s+with|(?:went|switched|moved)\s+to|bought|ordered)|in\s+favou?r\s+of|to\s+go\s+to)(?!\s+(?:good|me|now|\d|an?\s+"
        r"(?:while|week|day|month|year)|the\s+(?:day|week|first))\b)"
    ),
    "OVER": r"(?:over|instead\s+of|rather\s+than|ahead\s+of)",
    "BETTER": (
        r"(?:better|faster|quicker|easier|nicer|cleaner|smoother|simpler|safer|cheaper|smarter|sharper|sturdier|superior|"
        rf"more\s+(?:{_MORE})|less\s+(?:{_LESS}|hassle))"
    ),
    "WORSE": (
        r"(?:worse|slower|uglier|buggier|clunkier|pricier|clumsier|laggier|flimsier|shittier|crappier|inferior|"
        rf"more\s+(?:{_LESS})|less\s+(?:{_MORE}))"
    ),
    "GOOD": r"(?:good|great|fast|nice|reliable|easy|well|useful|smooth|simple|stable|comfortable|polished|quick|clean)",
    "BEATS": (
        r"(?:beats?|outperform(?:s|ed)?|outclass(?:es|ed)?|outshines?|crush(?:es)?|destroys?|smokes?|trumps?|"
        r"surpass(?:es)?|tops|blows\s+away|wipes\s+the\s+floor\s+with|runs\s+circles\s+around|kills)"
    ),
    # Said of things only, so that who is beaten need not be a known name.
    "OUTDOES": (
        r"(?:beats|outperform(?:s|ed)?|outclass(?:es|ed)?|outshines|blows\s+away|wipes\s+the\s+floor\s+with|"
        r"runs\s+circles\s+around)"
    ),
    "LOSES": (
        r"(?:can(?:no|['’])?t\s+(?:even\s+)?(?:compete|compare|keep\s+up)\s+(?:with|to)|(?:does|do|did)(?:n['’]?t|\s+not)"
        r"\s+(?:even\s+)?(?:come\s+close|compare|hold\s+a\s+candle|measure\s+up|stack\s+up)\s+(?:to|with|against)|"
        r"(?:is|are|was)\s+no\s+match\s+for|pales?\s+(?:in\s+comparison\s+to|next\s+to|beside)|(?:has|have)\s+nothing\s+on|"
        r"lags\s+(?:far\s+|way\s+)?behind)"
    ),
    "CHOSE": (
        r"(?:prefer(?:red|s)?|choose|chose|choosing|chosen|pick(?:ed|ing)?|recommend(?:ed)?|favou?r(?:ed)?|"
        r"(?:go|going|went|gone)\s+(?:with|for)|buy|bought|take|took|love|loved|want|use)"
    ),
    "NOT": r"(?:not|never|no|hardly|barely|nowhere\s+near|isnt|\w+n['’]t)",
    "NOBODY": r"(?:nothing|nobody|no\s*one|none|no\s+\w+)",
    "NEVER": r"(?:never|not|\w+n['’]t)",
    "WENT": r"(?:went|go|going|came|come|coming|switched|switching|moved|moving|crawled)",
    "WISH": r"wish(?:es|ed|ing)?",
    "ANYDAY": r"(?:any\s*day|every\s*time|all\s+day|always|anytime)",
}
_PIECES["T+"] = rf"{_PIECES['T']}(?:\s+{_STOP}{_W}){{0,3}}?"


_NAME = re.compile(
    "(?<![\\\\A-Z])(?:" + "|".join(sorted(map(re.escape, _PIECES), key=len, reverse=True)) + ")(?![A-Z])"
)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Turn a pattern of tokens into a regular expression."""
    made: list[str] = []
    for token in pattern.split(" "):
        between = r"\s+" if made else ""
        if token.startswith(".."):
            made.append(rf"(?:{between}{_W}){{0,{token[2:]}}}?")
        elif token.startswith("["):
            made.append(rf"(?:{between}(?:{token[1:-1]}))?")
        else:
            made.append(between + _NAME.sub(lambda name: _PIECES[name[0]], token))
    # A name's mark is no letter, so that a border of words stands beside all that begins or ends with one.
    return re.compile(rf"(?<!\w){''.join(made)}(?!\w)", re.IGNORECASE)


@dataclass(frozen=True)
class Group:
    """Patterns that need one of some words."""

    #: In lower case; a sentence without any of them is not looked at.
    needs: tuple[str, ...]
    patterns: tuple[tuple[Sign, str], ...]


def folded(marked: str) -> str:
    """Make letters small, as patterns that ignore case do: to those a dotless i is an i, and a long s an s."""
    lowered = marked.lower()
    return lowered if lowered.isascii() else lowered.translate(_FOLDED)


def first_match(groups: tuple[Group, ...], marked: str) -> tuple[re.Match[str], Sign] | None:
    """Give the first pattern that fits a sentence with marks, and what it says."""
    lowered = folded(marked)
    for group in groups:
        if any(need in lowered for need in group.needs):
            for sign, pattern in group.patterns:
                match = compiled(pattern).search(marked)
                if match:
                    return match, sign
    return None


#: They decide.  The first that fits does, so that "not better" stands before "better".
DECIDED = (
    Group(
        ("wish",),
        (
            ("negative", "WISH ..3 T+ (?:was|were|worked|is|did|had) ..3 as \\w+ as"),
            ("positive", "WISH ..6 as \\w+ as T"),
            ("positive", "WISH ..8 more like T"),
            ("positive", "WISH ..4 NEVER ..2 (?:left|switched from|moved from|cancelled) T"),
            (
                "negative",
                "WISH ..4 NEVER ..2 (?:switched|moved|gone|come|bought|signed\\s+up) [to|with|from] T",
            ),
            ("positive", "WISH ..3 (?:stayed|stuck) with T"),
        ),
    ),
    Group(
        ("back", "leav", "left", "switch", "mov", "return"),
        (
            (
                "negative",
                "(?:never|not|\\w+n['’]t|no\\s+way) ..2 (?:go|going|come|coming|switch|switching) [back] to T",
            ),
            ("negative", "no going back to T"),
            ("positive", "(?:never|not) going back to X after [using|trying|getting|switching\\s+to] T"),
            (
                "positive",
                "WENT [right|straight|running|crawling] back to T",
            ),
            ("positive", "back (?:to|with|on) T+ (?:from|after)"),
            ("positive", "NEVER ..2 (?:leav(?:e|ing)|switch(?:ing)?|mov(?:e|ing)) [away] [from] T"),
            (
                "positive",
                "(?:no\\s+(?:reason|need|plans?)|not\\s+worth) [to] (?:switch|mov|leav|migrat)\\w* [away] [from] T",
            ),
        ),
    ),
    Group(
        ("replac",),
        (
            ("negative", "replac(?:e|ed|es|ing) T+ (?:with|by) X"),
            ("negative", "T+ [has\\s+been|was|got|is\\s+being|were] replaced (?:with|by) X"),
            ("positive", "replac(?:e|ed|es|ing) X (?:with|by) T"),
        ),
    ),
    Group(
        (" for ", " and ", "favo", "ditch", "dump", " to go to "),
        (
            ("negative", "LEFT T+ FOR X"),
            (
                "positive",
                "LEFT X (?:for|in\\s+favou?r\\s+of|and\\s+(?:(?:went|switched|moved)\\s+to|bought|ordered)) T",
            ),
            ("negative", "(?:ditch(?:ed|ing)?|dump(?:ed|ing)) T"),
        ),
    ),
    Group(
        ("rather", "prefer", "instead", "ahead of", " over "),
        (
            ("positive", "rather ..4 T+ than"),
            ("negative", "rather ..8 than ..4 T"),
            ("positive", "prefer(?:s|red)? T+ (?:to|OVER) X"),
            ("negative", "prefer(?:s|red)? X (?:to|OVER) T"),
            ("positive", "CHOSE T+ OVER (?!and\\b|the\\s+(?:phone|weekend|years?|counter|last|past|internet)\\b)X"),
            ("negative", "CHOSE X OVER T"),
            ("positive", "T over X ANYDAY"),
            ("negative", "over T ANYDAY"),
            ("positive", "T over O"),
            ("negative", "O over T"),
        ),
    ),
    Group(
        ("than",),
        (
            ("neutral", "(?:BETTER|WORSE) than T+ (?:used to|was|were)"),
            ("positive", "NOBODY ..3 BETTER than ..2 T"),
            ("negative", "NOBODY ..3 WORSE than ..2 T"),
            ("negative", "T ..4 NOT ..2 BETTER ..2 than X"),
            ("neutral", "T ..4 NOT ..2 WORSE ..2 than X"),
            ("neutral", "NOT ..2 BETTER ..2 than T"),
            ("neutral", "NOT ..2 WORSE ..2 than T"),
            ("neutral", "T ..6 BETTER than nothing"),
            ("positive", "T ..6 BETTER ..3 than X"),
            ("negative", "T ..6 WORSE ..3 than X"),
            ("negative", "even WORSE ..2 than T"),
            ("negative", "BETTER ..3 than [what|anything|everything] [from|with|at|of] T"),
            ("positive", "WORSE ..3 than [what|anything|everything] [from|with|at|of] T"),
        ),
    ),
    Group(
        (" as ",),
        (
            ("negative", "T ..3 NOT ..3 as GOOD as X"),
            ("positive", "NOT ..3 as GOOD as T"),
            ("positive", "T ..4 (?:just|every\\s+bit|at\\s+least) as GOOD as X"),
            ("negative", "(?:as|just\\s+as) (?:bad|slow|useless|terrible|unreliable) as T"),
            ("negative", "T ..3 as (?:bad|slow|useless|terrible|unreliable) as X"),
        ),
    ),
    Group(
        (
            *("<", ">", "beat", "perform", "class", "shine", "crush", "destroy", "smoke", "trump", "surpass", "tops"),
            *("blow", "wipes", "circles", "kills", "compe", "compar", "come close", "comes close", "candle", "measure"),
            *("stack", "no match", "pale", "nothing on", "lags", "keep up"),
        ),
        (
            ("positive", "NOBODY [ever|really|even] BEATS T"),
            ("positive", "NOBODY [ever|really|even] (?:compares?\\s+(?:to|with)|comes?\\s+close\\s+to) T"),
            ("negative", "T+ ..3 LOSES X"),
            ("positive", "LOSES T"),
            ("positive", "T [still|easily|really|just] BEATS O"),
            ("negative", "O [still|easily|really|just] BEATS T"),
            ("positive", "T [still|easily|really|just] OUTDOES (?!up\\b|down\\b|me\\b)X"),
            ("negative", "OUTDOES T"),
            ("positive", r"T\s*>{1,3}\s*O"),
            ("positive", r"O\s*<{1,3}\s*T"),
            ("negative", r"T\s*<{1,3}\s*O"),
            ("negative", r"O\s*>{1,3}\s*T"),
            ("positive", r"^\W*T\s*>{1,3}\s*[\w\x20]{2,25}\W*$"),
            (
                "negative",
                r"^\W*(?!settings|file|menu|tools|options|home|help|edit|view|apps)[\w-]{2,20}\s*>{1,3}\s*T\W*$",
            ),
        ),
    ),
)
#: Moves, which one may regret.
MOVES = (
    Group(
        ("from", "away"),
        (
            ("negative", "MOVED from T+ [over|back] (?:on)?to X"),
            ("negative", "MOVED (?:on)?to X from T"),
            ("positive", "MOVED from X [over|back] (?:on)?to T"),
            ("positive", "MOVED (?:on)?to T+ from X"),
            ("negative", "(?:MOVE|run|running|get|stay|steer|walked) [far|clear] (?:away|clear) from T"),
            ("negative", "MOVE from T"),
        ),
    ),
)
