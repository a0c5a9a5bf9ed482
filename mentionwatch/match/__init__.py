r"""Match: which brand a text speaks of, and where.

The query language, as far as this version understands it::

    query   = or ;
    or      = and , { "OR" , and } ;
    and     = not , { [ "AND" ] , not } ;            a space is AND
    not     = { "NOT" | "-" } , atom ;               so NOT binds more than AND, AND more than OR
    atom    = "(" , or , ")" | phrase | word ;
    phrase  = '"' , { character } , '"' ;

Operators are upper-case only; ``and`` is a word.  Typographic quotes and dashes count as ``"`` and ``-``.
``NEAR/n``, ``ONEAR/n``, ``*``, ``?``, `````literal`````, ``/regex/``, ``field:`` and ``@saved`` belong to the
language and are not understood yet: each of them is an error, so that no query means something else later.

A **word** is a run of letters and digits with the marks that belong to them; ``words.py`` has the rules.  All other
characters separate words and are not compared: a query word with some inside (``acme.io``, ``wi-fi``) is a phrase of
adjacent words and also finds "acme io", and ``C++`` is the word ``c``.

A query that would match a text without any word (``NOT acme``, ``acme OR -beta``) is an error: it would match nearly
everything.  It follows that each match has a word to show for it.

Text -> tokens -> tree (``parse.py``, ``tree.py``) -> matcher (``matcher.py``).
"""

from __future__ import annotations

from mentionwatch.match.matcher import Matcher, find_spans, searchable_text
from mentionwatch.match.parse import Query, compile_query
from mentionwatch.match.tree import And, Node, Not, Or, Term, make_searches

__all__ = [
    "And",
    "Matcher",
    "Node",
    "Not",
    "Or",
    "Query",
    "Term",
    "compile_query",
    "find_spans",
    "make_searches",
    "searchable_text",
]
