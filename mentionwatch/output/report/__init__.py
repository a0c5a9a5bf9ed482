"""Reports: ``base`` is what they say, ``words`` the sentences; a page, Markdown, the terminal and JSON write them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from mentionwatch.output import told_stream

if TYPE_CHECKING:
    from typing import TextIO

    from mentionwatch.output.base import Options
    from mentionwatch.output.report.base import Report

#: Formats of a report, the one for the terminal first.
ReportFormat = Literal["text", "html", "markdown", "json"]
REPORT_FORMATS: tuple[ReportFormat, ...] = ("text", "html", "markdown", "json")


def write_report(name: ReportFormat, report: Report, stream: TextIO, options: Options) -> None:
    """Write a report in the format of this name.

    Raises:
        OutputError: The stream does not take it.  A closed pipe stays BrokenPipeError.
    """
    with told_stream(stream):
        if name == "html":
            from mentionwatch.output.report.html import report_page

            stream.write(report_page(report, options.zone))
        elif name == "markdown":
            from mentionwatch.output.report.markdown import write_markdown

            write_markdown(report, stream, options)
        elif name == "json":
            from mentionwatch.output.report.record import report_record

            stream.write(json.dumps(report_record(report), ensure_ascii=False, allow_nan=False, indent=2) + "\n")
        else:
            from mentionwatch.output.report.terminal import write_terminal

            write_terminal(report, stream, options)
