r"""Match: which brand a text speaks of, and where.

The query language::

    query   = or ;
    or      = and , { ( "OR" | "|" ) , and } ;
    and     = not , { [ "AND" | "&&" ] , not } ;     a space is AND
    not     = { "NOT" | "-" } , near ;               so NOT binds more than AND, AND more than OR
    near    = atom , [ ( "NEAR/" | "ONEAR/" ) , n , atom ] ;       and NEAR more than NOT
    atom    = "(" , or , ")" | field | saved | leaf ;
    leaf    = word | phrase | literal | regex ;
    phrase  = '"' , { character } , '"' , [ "~" , n ] ;
    literal = "`" , { character } , "`" | "{" , { character } , "}" ;
    regex   = "/" , { character | "\/" } , "/" , [ "i" ] ;
    field   = name , ":" , ( leaf | "(" , or , ")" ) ;             no space after the colon, no field in a field
    saved   = "@" , name ;

* Operators are upper-case only; ``and`` is a word.  Typographic quotes and dashes count as ``"`` and ``-``.
* ``a NEAR/3 b``: at most 3 words between them, in any order; ``ONEAR/3``: a first.  A side is a word, a phrase, a
  literal, or a group of them with OR; a chain of three is an error.  ``"a b c"~5`` is NEAR/5 of each two of its words.
* In a word ``*`` stands for any letters (three letters before it at least) and ``?`` for exactly one.
* ``` `C++` ```: case and punctuation count; no letter or digit right before or after it.
* ``{BT}`` is ``` `BT` ```; with an operator in it (``{acme OR globex}``) it is an error.
* ``/regex/`` is searched for in bounded time; it must not match the empty text.
* ``@name`` is a saved query, as if it stood in parentheses.  None may be inside itself.
* ``<<<a comment>>>`` is nothing.

Fields of text (title, text, author, site, url) take a word, phrase, literal, regex or group; ``site:`` also a host,
with what is under it.  lang, type, source, stars (``2``, ``<=2``, ``1..2``, ``none``), since and until (``2026-11-01``,
``7d``) are compared.  tone, intent, topic, brand and state are known of stored mentions only.  ``dialects.py`` has the
names that other tools give them, and what cannot be kept.

A **word** is a run of letters and digits with the marks that belong to them; ``words.py`` has the rules.  All other
characters separate words: a query word with some inside (``acme.io``, ``wi-fi``) is a phrase of adjacent words.

A query that would match a text without any word (``NOT acme``, ``acme OR -beta``) is an error: it would match nearly
everything.  So is one that only compares (``stars:<=2``), but for what is stored, where it asks for little.

Text -> tokens (``lex.py``) -> tree (``parse.py``, ``tree.py``) -> matcher (``matcher.py``).
"""

from __future__ import annotations

from mentionwatch.match.matcher import Matcher, find_spans, match_entry, searchable_text
from mentionwatch.match.parse import Query, compile_query
from mentionwatch.match.searches import make_searches
from mentionwatch.match.tree import And, Field, Literal, Near, Node, Not, Or, Regex, Term

__all__ = [
    "And",
    "Field",
    "Literal",
    "Matcher",
    "Near",
    "Node",
    "Not",
    "Or",
    "Query",
    "Regex",
    "Term",
    "compile_query",
    "find_spans",
    "make_searches",
    "match_entry",
    "searchable_text",
]
