"""Small documents for tests, written for them."""

from __future__ import annotations

import json
from email.utils import format_datetime
from html import escape


def rss(items, *, title="Sample"):
    """An RSS 2.0 document; an item is (guid, title, text, author, published)."""
    entries = "".join(
        f"<item><guid isPermaLink='false'>{escape(guid)}</guid><link>https://site.example/{escape(guid)}</link>"
        f"<title>{escape(head)}</title><description>{escape(text)}</description>"
        f"<author>{escape(author)}</author><pubDate>{format_datetime(when)}</pubDate></item>"
        for guid, head, text, author, when in items
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>{title}</title>{entries}</channel></rss>".encode()


def json_feed(items, *, title="Sample"):
    """A JSON Feed 1.1; an item is (id, title, text, author, published)."""
    entries = [
        {
            "id": guid,
            "url": f"https://site.example/{guid}",
            "title": head,
            "content_text": text,
            "authors": [{"name": author}],
            "date_published": when.isoformat(),
        }
        for guid, head, text, author, when in items
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": title, "items": entries}).encode()


def reviews(items, *, product="Acme One"):
    """A page with schema.org reviews; an item is (author, stars, text, date)."""
    found = [
        {
            "@type": "Review",
            "author": {"@type": "Person", "name": author},
            "reviewRating": {"ratingValue": stars, "bestRating": 5},
            "reviewBody": text,
            "datePublished": when.isoformat(),
        }
        for author, stars, text, when in items
    ]
    data = {"@context": "https://schema.org", "@type": "Product", "name": product, "review": found}
    return (
        f"<html><head><title>{product}</title><script type='application/ld+json'>{json.dumps(data)}</script></head>"
        "<body>Reviews</body></html>"
    ).encode()
