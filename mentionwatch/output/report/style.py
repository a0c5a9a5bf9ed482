"""How the page of a report looks: everything stands in it, light, dark and on paper."""

from __future__ import annotations

#: Nothing is loaded from anywhere, and nothing runs, whatever stands in a text.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_LIGHT = (
    "--paper:#ffffff;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--box:#f6f8fa;--link:#0550ae;--bad:#c5221f;"
    "--other:#aab4bf;--unknown:#e3e8ed;--warn:#8a5a00"
)
_DARK = (
    "--paper:#16191d;--ink:#e6edf3;--soft:#9ba5b0;--line:#3d444d;--box:#22272e;--link:#79b8ff;--bad:#ff7b72;"
    "--other:#6b7684;--unknown:#3a424c;--warn:#e3b341"
)

STYLE = f"""
:root{{color-scheme:light dark;{_LIGHT}}}
@media (prefers-color-scheme:dark){{:root{{{_DARK}}}}}
*{{box-sizing:border-box}}
body{{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}}
main{{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 3rem;overflow-wrap:anywhere}}
h1{{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem}}
h2{{font-size:1.2rem;line-height:1.3;margin:2.5rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--line)}}
h3{{font-size:1rem;margin:1.5rem 0 .25rem}}
p{{margin:0 0 .5rem;max-width:46rem}}
.soft{{color:var(--soft);font-size:.87rem}}
.total{{font-size:1.15rem}}
a{{color:var(--link)}}
ul{{margin:0 0 .5rem;padding-left:1.2rem}}
.note{{background:var(--box);border-left:3px solid var(--warn);padding:.5rem .75rem;margin:.75rem 0}}
.note p:last-child{{margin:0}}
.wide{{overflow-x:auto}}
table{{border-collapse:collapse;font-size:.9rem;margin:.25rem 0 .75rem}}
th,td{{text-align:left;vertical-align:top;padding:.25rem .9rem .25rem 0;border-bottom:1px solid var(--line)}}
th{{color:var(--soft);font-weight:600;font-size:.82rem;overflow-wrap:normal}}
td.n,th.n{{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}}
td.told{{overflow-wrap:break-word}}
svg{{display:block;width:100%;overflow:visible}}
svg text{{font-size:10.5px;fill:var(--soft);font-variant-numeric:tabular-nums}}
svg .bad{{fill:var(--bad)}}
svg text.bad{{font-weight:600}}
svg .other{{fill:var(--other)}}
svg .unknown{{fill:var(--unknown)}}
svg .axis{{stroke:var(--line);stroke-width:1}}
svg .span{{fill:var(--bad);opacity:.35}}
svg .hollow{{fill:var(--paper);stroke:var(--bad);stroke-width:2}}
svg .hatch{{stroke:var(--soft);stroke-width:1.2;opacity:.6}}
.pattern{{position:absolute;width:0;height:0}}
.chart{{margin:.25rem 0 .5rem;max-width:46rem}}
.key{{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 .8em;
vertical-align:-.05em;border:1px solid var(--line)}}
.key.bad{{background:var(--bad);margin-left:0}}
.key.other{{background:var(--other)}}
.key.unknown{{background:var(--unknown)}}
.key.blind{{background:repeating-linear-gradient(45deg,var(--soft) 0 1px,transparent 1px 4px)}}
.shares{{display:grid;grid-template-columns:auto minmax(7rem,1fr);
gap:.1rem .75rem;align-items:center;max-width:46rem;margin:.5rem 0}}
.shares .told{{grid-column:2}}
.quote{{margin:0 0 .9rem;padding:0 0 0 .75rem;border-left:3px solid var(--line);max-width:46rem}}
.quote a{{white-space:nowrap}}
.badge{{display:inline-block;padding:0 .5rem;border-radius:.6rem;border:1px solid currentColor;
font-size:.78rem;font-weight:600;color:var(--warn)}}
.badge.critical,.badge.high{{color:var(--bad)}}
.alert{{margin:0 0 .9rem}}
.alert p{{margin:0}}
details{{margin:0 0 .75rem}}
summary{{cursor:pointer;color:var(--soft);font-size:.87rem}}
code{{background:var(--box);padding:.1rem .35rem;border-radius:.25rem;font-size:.87rem;white-space:pre-wrap}}
@media screen and (max-width:36rem){{
svg text.wide-only{{display:none}}
.stack thead{{display:none}}
.stack,.stack tbody,.stack tr,.stack td{{display:block}}
.stack tr{{border-bottom:1px solid var(--line);padding:.4rem 0}}
.stack td,.stack td.n{{border:0;padding:0;text-align:left;white-space:normal}}
.stack td:first-child{{font-weight:600}}
.stack td:not(:first-child)::before{{content:attr(data-head) ": ";color:var(--soft)}}
}}
@media print{{
:root{{color-scheme:light;{_LIGHT}}}
body{{font-size:11pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}}
main{{max-width:none;padding:0}}
h2,h3{{break-after:avoid}}
.quote,.alert,.chart,tr{{break-inside:avoid}}
.wide{{overflow:visible}}
details::details-content{{content-visibility:visible;display:block}}
.quote a::after{{content:" " attr(href)}}
}}
"""
