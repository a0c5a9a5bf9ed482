"""What a user can set, as plain dataclasses with their defaults.

``config`` fills them from TOML and tells every mistake; everything else only reads them.  The markers in the
annotations (``Span``, ``Size`` …) say how a value is written in the file; pydantic finds them there, and this
package stays free of it.  ``config.example.toml`` explains each key.  All names stand here, and are loaded when asked
for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mentionwatch.settings.names import name_channels, name_sources
    from mentionwatch.settings.sites import Site, read_site, site_problem
    from mentionwatch.settings.tables import (
        OWN_PLACES,
        AlertSettings,
        Brand,
        Config,
        FetchSettings,
        NotifySettings,
        RuleSettings,
        SmtpSettings,
        SourceSettings,
        StoreSettings,
    )
    from mentionwatch.settings.tone import ToneSettings
    from mentionwatch.settings.written import (
        Digest,
        Secret,
        Size,
        Span,
        SpanOrNever,
        parse_digest,
        parse_mute,
        parse_size,
        parse_span,
        show_span,
    )
else:
    from mentionwatch.lazy import lazily

    __getattr__, __dir__ = lazily(
        __name__,
        {
            "mentionwatch.settings.names": ("name_channels", "name_sources"),
            "mentionwatch.settings.sites": ("Site", "read_site", "site_problem"),
            "mentionwatch.settings.tables": (
                "OWN_PLACES",
                "AlertSettings",
                "Brand",
                "Config",
                "FetchSettings",
                "NotifySettings",
                "RuleSettings",
                "SmtpSettings",
                "SourceSettings",
                "StoreSettings",
            ),
            "mentionwatch.settings.tone": ("ToneSettings",),
            "mentionwatch.settings.written": (
                "Digest",
                "Secret",
                "Size",
                "Span",
                "SpanOrNever",
                "parse_digest",
                "parse_mute",
                "parse_size",
                "parse_span",
                "show_span",
            ),
        },
    )

__all__ = [
    "OWN_PLACES",
    "AlertSettings",
    "Brand",
    "Config",
    "Digest",
    "FetchSettings",
    "NotifySettings",
    "RuleSettings",
    "Secret",
    "Site",
    "Size",
    "SmtpSettings",
    "SourceSettings",
    "Span",
    "SpanOrNever",
    "StoreSettings",
    "ToneSettings",
    "name_channels",
    "name_sources",
    "parse_digest",
    "parse_mute",
    "parse_size",
    "parse_span",
    "read_site",
    "show_span",
    "site_problem",
]
