"""The demo's places as documents: RSS 2.0, Atom, JSON Feed, and a product page with schema.org reviews.

A document changes only when something was posted; it bears no time of its own making, so that an unchanged one can
be answered with 304.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mentionwatch.demo.world import Place, Post

#: Addresses that nobody owns (RFC 2606): links of the demo lead nowhere else.
SITES: dict[Place, str] = {
    "news": "https://daily-grounds.example",
    "forum": "https://forum.crema.example",
    "club": "https://club.crema.example",
    "shop": "https://kitchen-harbour.example",
}
#: Path of each place's document on the demo's server.
PATHS: dict[str, Place] = {
    "/blog/feed.xml": "news",
    "/forum/feed.atom": "forum",
    "/community/feed.json": "club",
    "/reviews/nimbus": "shop",
}
# Ratings from before the demo's time: how many, and their sum.
_OLD_RATINGS = (212, 954)


@dataclass(frozen=True)
class Page:
    """One document as it is served."""

    content_type: str
    body: bytes
    #: When the newest thing in it was published, or the world's start.
    modified: datetime


def make_page(place: Place, posts: Sequence[Post], start: datetime) -> Page:
    """The document of a place: its newest posts, newest first.

    Args:
        place: Whose document it is.
        posts: All that was posted anywhere so far, oldest first.
        start: When the world began; an empty document bears this time.
    """
    here = [post for post in posts if post.place == place]
    content_type, newest, render = _RENDERERS[place]
    modified = here[-1].published if here else start
    return Page(content_type, render(here, here[::-1][:newest], modified).encode(), modified)


def _link(post: Post) -> str:
    path = {"news": "articles/", "forum": "t/", "club": "posts/", "shop": "products/nimbus#review-"}[post.place]
    return f"{SITES[post.place]}/{path}{post.number}"


def _paragraphs(post: Post) -> str:
    return f"<p>{escape(post.text, quote=False)}</p>"


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _rss(_posts: Sequence[Post], shown: Sequence[Post], modified: datetime) -> str:
    items = "".join(
        f"<item><title>{escape(post.title)}</title><link>{_link(post)}</link>"
        f'<guid isPermaLink="true">{_link(post)}</guid><dc:creator>{escape(post.author)}</dc:creator>'
        f"<pubDate>{format_datetime(post.published)}</pubDate>"
        f"<description>{escape(_paragraphs(post))}</description></item>\n"
        for post in shown
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>\n'
        f"<title>The Daily Grounds</title><link>{SITES['news']}/</link>"
        "<description>News from the kitchen counter</description><language>en</language>"
        f"<lastBuildDate>{format_datetime(modified)}</lastBuildDate>\n{items}</channel></rss>\n"
    )


def _atom(_posts: Sequence[Post], shown: Sequence[Post], modified: datetime) -> str:
    entries = "".join(
        f'<entry><id>tag:forum.crema.example,2024:{post.number}</id><title type="text">{escape(post.title)}</title>'
        f'<link rel="alternate" href="{_link(post)}"/><author><name>{escape(post.author)}</name></author>'
        f"<published>{_iso(post.published)}</published><updated>{_iso(post.published)}</updated>"
        f'<content type="html">{escape(_paragraphs(post))}</content></entry>\n'
        for post in shown
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
        f"<id>{SITES['forum']}/</id><title>Crema forum: latest posts</title>"
        f'<link href="{SITES["forum"]}/"/><updated>{_iso(modified)}</updated>\n{entries}</feed>\n'
    )


def _json_feed(_posts: Sequence[Post], shown: Sequence[Post], _modified: datetime) -> str:
    items = [
        {
            "id": str(post.number),
            "url": _link(post),
            "title": post.title,
            "content_html": _paragraphs(post),
            "date_published": _iso(post.published),
            "authors": [{"name": post.author}],
        }
        for post in shown
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Owners' club",
        "home_page_url": f"{SITES['club']}/",
        "language": "en",
        "items": items,
    }
    return json.dumps(feed, indent=1)


def _reviews(posts: Sequence[Post], shown: Sequence[Post], _modified: datetime) -> str:
    count = _OLD_RATINGS[0] + len(posts)
    mean = (_OLD_RATINGS[1] + sum(post.rating or 0 for post in posts)) / count
    product = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": "Nimbus coffee machine",
        "brand": {"@type": "Brand", "name": "Nimbus"},
        "url": f"{SITES['shop']}/products/nimbus",
        "aggregateRating": {"@type": "AggregateRating", "ratingValue": f"{mean:.2f}", "reviewCount": count},
        "review": [_review(post) for post in shown],
    }
    # "</script>" in a text would end the block early.
    block = json.dumps(product, indent=1).replace("</", "<\\/")
    articles = "".join(
        f'<article id="review-{post.number}"><h3>{escape(post.title)}</h3>{_paragraphs(post)}'
        f"<p>{post.rating} of 5, {escape(post.author)}</p></article>\n"
        for post in shown
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Nimbus: what buyers say</title>\n'
        f'<script type="application/ld+json">\n{block}\n</script></head>\n'
        f"<body><h1>Nimbus coffee machine</h1>\n{articles}</body></html>\n"
    )


def _review(post: Post) -> dict[str, object]:
    return {
        "@type": "Review",
        "@id": _link(post),
        "url": _link(post),
        "name": post.title,
        "reviewBody": post.text,
        "datePublished": _iso(post.published),
        "author": {"@type": "Person", "name": post.author},
        "reviewRating": {"@type": "Rating", "ratingValue": post.rating, "bestRating": 5, "worstRating": 1},
        "inLanguage": "en",
    }


# Per place: content type, how many posts its document shows, and what makes it of all posts, those, and the time.
_RENDERERS: dict[Place, tuple[str, int, Callable[[Sequence[Post], Sequence[Post], datetime], str]]] = {
    "news": ("application/rss+xml; charset=utf-8", 25, _rss),
    "forum": ("application/atom+xml; charset=utf-8", 50, _atom),
    "club": ("application/feed+json; charset=utf-8", 50, _json_feed),
    "shop": ("text/html; charset=utf-8", 30, _reviews),
}
