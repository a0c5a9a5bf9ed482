"""Whether a text is in a language that an engine for English can judge.

A tag of another language settles it.  Without one, and with an English one too (feeds often carry a default), the text
has its say: its script, and the commonest words and letters of seventeen languages in Latin letters against those of
English.  Short English full of slang has few of any, so it takes evidence to call a text foreign, and twice as much
against an English tag.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

_ENGLISH = {"en", "eng", "english"}
#: BCP 47: undetermined, several, none.
_NO_TAG = {"", "und", "mul", "mis", "zxx"}
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_WORD = re.compile(r"(?<![\w@#/.])[^\W\d_]+(?:['’][^\W\d_]+)?(?![\w@/]|\.\w)")
#: Words that are looked at: a text does not change its language for long.
_WORDS = 400
_CHARACTERS = 4_000

#: Common words that are no English words, and none of an English reader's names.
_COMMON = {
    "de": (
        "und der das nicht ich ist ein eine einen einem mit auf für auch sich dem den von zu zum zur wird werden wurde "
        "haben habe hat sind sehr aber wenn noch nur nach bei aus wie über oder kann mehr schon immer kein keine mir "
        "mich wir ihr sie diese dieser dieses alles gut leider durch beim vom seit doch einfach"
    ),
    "fr": (
        "les des est une et je que qui dans pas ne sur avec vous nous ce cette mais très c'est j'ai n'est il elle sont "
        "mon ma mes votre aux du ou où fait être avoir bien tout tous rien même depuis chez leur ils ça quand aussi "
        "trop merci bonjour jamais toujours suis était sans encore d'une d'un qu'il l'application"
    ),
    "es": (
        "el los las una que y por con para del es muy pero está como más lo su sus al ya todo esta este esto porque "
        "cuando hay ser fue han yo mi nos ni sin desde también nada siempre gracias bien tiene puede buena bueno mejor "
        "excelente hace hasta sobre son donde sólo esa ese aplicación servicio"
    ),
    "pt": (
        "não uma os as que com para por em do da dos das no na nos nas um é muito mas mais como ao pelo pela você eu "
        "meu minha isso este esta foi são ser tem ter já também está sem quando até ótimo bom boa aplicativo "
        "atendimento obrigado depois porque só nunca sempre pois tudo estou"
    ),
    "it": (
        "il che di non per una un sono con è del della dei delle gli le ma anche più come questo questa molto ho mi si "
        "nel nella alla al dal dopo ancora sempre mai tutto bene perché ottimo ottima servizio quando senza hanno "
        "stato essere abbiamo solo dalla loro ed"
    ),
    "nl": (
        "de het een en van ik niet dat zijn voor met aan ook maar bij naar heb heeft wordt worden nog er wel geen je "
        "mijn deze dit als om te uit over veel goed zeer alleen na moet kan hebben werd jullie omdat ons onze al niets"
    ),
    "sv": (
        "och att det som en är av för på inte jag med den till har ett om men var från så kan när vi du mycket också "
        "bara efter eller nu ska vill mig min mitt denna detta bra alla inga blir"
    ),
    "da": (
        "og at det som en er af for på ikke jeg med den til har et om men var fra så kan når vi du meget også kun "
        "efter eller nu skal vil mig min mit denne dette godt alle ingen bliver"
    ),
    "no": (
        "og at det som en er av for på ikke jeg med den til har et om men var fra så kan når vi du veldig også bare "
        "etter eller nå skal vil meg min mitt denne dette bra alle ingen blir"
    ),
    "fi": (
        "ja on ei se että en oli olen mutta myös kun niin tämä ovat ole joka hyvä hyvin vain jos kuin sen mitä minun "
        "sitä nyt voi ollut sekä tai jo vielä kaikki"
    ),
    "pl": (
        "i w nie na się z do jest to że jak ale od za co po tak przez dla tylko już bardzo mam są ze ma czy jestem ten "
        "tego być było może też polecam nawet bo gdy wszystko"
    ),
    "cs": (
        "a je se na v že to s z do jsem ale jako po jsou za pro tak by nebo už také při velmi která který není mám byl "
        "bylo jen když ještě všechno"
    ),
    "tr": (
        "bir ve bu çok için ile da de ne gibi ama daha kadar en var yok değil olarak olan ben her sonra iyi güzel diye "
        "mi mı şey artık hiç bana"
    ),
    "ro": (
        "și în nu de la cu pe este o un să că din mai am au pentru care sunt foarte dar ca se ce mi fi dacă doar după "
        "toate bine"
    ),
    "hu": ("a az és nem hogy is egy ez volt van de meg már csak még nagyon ha mint kell lesz vagy minden jó azt ami"),
    "id": (
        "yang dan di ini itu tidak dengan untuk dari saya ke ada bisa sudah sangat juga tapi karena kami akan banyak "
        "bagus aplikasi nya kalau jadi lagi gak aja"
    ),
    "vi": ("và là của không có cho được tôi này với rất một các những đã trong khi thì để như người cũng nhiều quá"),
}
#: English has them too, or its names, slang and loans do: they count for half.
_SHARED_WORDS = (
    "a af ai al ale all alle am an art as at au aux ben bin bra by can care ce co com come con da das dat de del den "
    "der des di do dos du e ed el em en er est et fi for ha has hat hay he her ho hum i il in ini is it ja jak je jo "
    "kan la las le les los ma mai me med meg men mi min mine mit mon mot na ne no non nos nu o ok om on once op os ou "
    "over pan per po pro que s se ser si so son step sur tai te ten to un una v va van var w y ya yo z za"
)
_SHARED = frozenset(_SHARED_WORDS.split())
_COMMON_ENGLISH = (
    "a about after all am an and any are as at back bad be because been but by can can't could did didn't do does "
    "doesn't don't for from get go going good got great had has have he her here him his how i i'll i'm i've if "
    "im in is isn't it it's just know like lol love make me more my need never new no not now of on one or our out "
    "please really she should so some still than thank thanks that that's the their them then there they think this "
    "time to too u up ur us very want was we were what when which who why will with won't would you your"
)
_ENGLISH_WORDS = frozenset(_COMMON_ENGLISH.split())
_ACCENTED = re.compile(r"[\u00df-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
#: English keeps these letters in loans: café, naïve, façade, jalapeño.
_LOANS = re.compile(
    r"^(?:caf[eé]s?|.*é[es]?|na[iï]ve.*|fa[cç]ade|jalape[nñ]o.*|pi[nñ]ata.*|über|déjà|vu|à|la|pokémon)$"
)
#: Evidence that makes a text foreign: that much, and that much more than there is for English.
_LEAST, _TIMES = 1.0, 1.2


def is_english(text: str, tag: str | None) -> bool:
    """Tell whether to judge a text as English: a text without letters could be in any language, and is judged."""
    primary = re.split(r"[-_]", (tag or "").strip(), maxsplit=1)[0].casefold()
    is_tagged = primary in _ENGLISH
    if not is_tagged and primary not in _NO_TAG:
        return False
    text = text[:_CHARACTERS]
    if not text.isascii():
        letters = len(_LETTER.findall(text))
        # English in Latin letters; a letter with a mark is one too.
        if 2 * len(_LATIN.findall(text)) < letters:
            return False
    foreign, english = _evidence(text)
    factor = 2.0 if is_tagged else 1.0
    return not (foreign >= _LEAST * factor and foreign > _TIMES * factor * english)


def has_words(text: str) -> bool:
    """Tell whether there is a letter or a digit in a text."""
    return any(character.isalnum() for character in text)


@cache
def _tables() -> dict[str, dict[str, float]]:
    """Word -> what it weighs for each of the languages that have it."""
    tables: dict[str, dict[str, float]] = {}
    for language, words in _COMMON.items():
        for word in words.split():
            tables.setdefault(word, {})[language] = 0.5 if word in _SHARED else 1.0
    return tables


@cache
def _shared_english() -> frozenset[str]:
    """Common English words that other languages have too: they count for half on both sides."""
    return _ENGLISH_WORDS & (_SHARED | _tables().keys())


def _evidence(text: str) -> tuple[float, float]:
    """How much speaks for the likeliest other language, and how much for English."""
    tables = _tables()
    scores = dict.fromkeys(_COMMON, 0.0)
    words = {match[0].lower() for match in islice(_WORD.finditer(text.replace("’", "'")), _WORDS)}
    for word in tables.keys() & words:
        for language, weight in tables[word].items():
            scores[language] += weight
    own = words & _ENGLISH_WORDS
    english = len(own) - 0.5 * len(own & _shared_english())
    accented = 0.0 if text.isascii() else 0.5 * sum(map(_is_accented, words - own))
    return max(scores.values()) + accented, english


def _is_accented(word: str) -> bool:
    return not word.isascii() and _ACCENTED.search(word) is not None and not _LOANS.match(word)
