"""Names of authors and addresses of sites: when two of them are the same, however sites write them."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from mentionwatch.match.fields import link_host
from mentionwatch.settings import Site, read_site

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What stands before a name on some sites.
_BEFORE = re.compile(r"/?(?:u|user|users)/|@|/")
#: A page of an author: https://www.reddit.com/user/acme_support, https://mastodon.social/@acme_support.
_PAGE = re.compile(r"https?://[^/\s]+/(?:(?:u|user|users)/|@)([^/\s?#]+)/?")
#: An author as RSS has it, "support@acme.com (Acme Support)", and as mail has it, "Acme Support <support@acme.com>".
_RSS = re.compile(r"(\S+@\S+) \(([^()]+)\)")
_MAIL = re.compile(r'"?([^"<>]+?)"? <(\S+@\S+)>')
#: Mastodon and its like: @name@server.
_ON_SERVER = re.compile(r"@([^@\s]+)@[^@\s]+")
#: Longer names are compared as they are: no site has any.
_LONGEST = 500


def own_keys(author: str) -> set[str]:
    """Give the forms of a name in the configuration; ``@name@server`` is only the one on that server."""
    plain = _plain(author)
    if len(plain) > _LONGEST:
        return {plain}
    parts = [plain]
    for found in (_RSS.fullmatch(plain), _MAIL.fullmatch(plain)):
        parts += found.groups() if found else ()
    page = _PAGE.fullmatch(plain)
    return {_bare(part) for part in ([page[1]] if page else parts)} - {""}


def author_keys(author: str) -> set[str]:
    """Give the forms of an entry's author, one of which is that of a name in the configuration if they are the same."""
    plain = _plain(author)
    server = _ON_SERVER.fullmatch(plain) if len(plain) <= _LONGEST else None
    return own_keys(author) | ({server[1]} if server else set())


def _plain(author: str) -> str:
    # Format characters (zero width, soft hyphens, marks of direction) are seen by nobody.
    plain = unicodedata.normalize("NFKC", author).casefold().replace("i\u0307", "i")
    plain = unicodedata.normalize("NFKC", plain)
    return " ".join("".join(char for char in plain if unicodedata.category(char) != "Cf").split())


def _bare(name: str) -> str:
    found = _BEFORE.match(name)
    while found:
        name = name[found.end() :]
        found = _BEFORE.match(name)
    return name


class Sites:
    """Sites that are looked up by the address of an entry."""

    def __init__(self, sites: Iterable[str]) -> None:
        """Read them; what is no site (``settings.site_problem``) holds nothing."""
        self._by_host: dict[str, list[Site]] = {}
        for text in sites:
            try:
                site = read_site(text)
            except ValueError:
                continue
            host = site.host if ":" in site.host else link_host(f"//{site.host}")
            self._by_host.setdefault(host, []).append(site)

    def hold(self, url: str | None) -> bool:
        """Tell whether an address lies in one of them."""
        host = link_host(url) if self._by_host and url else ""
        if not host or not url:
            return False
        labels = host.split(".")
        sites = [site for at in range(len(labels)) for site in self._by_host.get(".".join(labels[at:]), ())]
        return any(_holds(site, url) for site in sites)


def _holds(site: Site, url: str) -> bool:
    if site.port is None and not site.path:
        return True
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return False
    path = tuple(part.casefold() for part in unquote(parts.path).split("/") if part)
    return site.port in {None, port} and path[: len(site.path)] == site.path
