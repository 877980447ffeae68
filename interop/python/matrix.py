"""The two tables at the end of a run: client by codec, client by assignor.

A cell is `pass` when every check that claims it passed, `FAIL` when one failed, and says so when the client
cannot do it at all. A cell that should have been proven and was not is a failure too.
"""

from collections import defaultdict

from clients import ALL_ASSIGNORS, ASSIGNORS, CLIENTS, CODECS

UNSUPPORTED = "not supported by client"
CODEC_COLUMNS = [(codec, direction) for codec in CODECS for direction in ("produce", "consume")]


class Matrix:
    """Outcomes by (table, client, column)."""

    def __init__(self):
        self.outcomes = defaultdict(list)

    def record(self, cells, passed):
        """Counts one check's outcome for each cell it claims."""
        for cell in cells:
            self.outcomes[cell].append(passed)

    def _text(self, table, client, column):
        outcomes = self.outcomes[(table, client, column)]
        if not outcomes:
            return "NOT PROVEN"
        return "pass" if all(outcomes) else f"FAIL ({outcomes.count(False)} of {len(outcomes)})"

    def unproven(self):
        """Cells that a client supports and no check has filled."""
        return [cell for cell in supported_cells() if not self.outcomes[cell]]

    def print(self):
        """Prints both tables."""
        print("\nclient x codec (produce / consume)")
        rows = [
            [client] + [
                " / ".join(self._text("codec", client, (codec, way)) for way in ("produce", "consume"))
                for codec in CODECS
            ]
            for client in CLIENTS
        ]
        print_table(["client", *CODECS], rows)
        print("\nclient x assignor")
        rows = [
            [client] + [
                self._text("assignor", client, assignor) if assignor in ASSIGNORS[client] else UNSUPPORTED
                for assignor in ALL_ASSIGNORS
            ]
            for client in CLIENTS
        ]
        print_table(["client", *ALL_ASSIGNORS], rows)
        print()


def supported_cells():
    """Every cell that must be filled."""
    codecs = [("codec", client, column) for client in CLIENTS for column in CODEC_COLUMNS]
    return codecs + [("assignor", client, assignor) for client in CLIENTS for assignor in ASSIGNORS[client]]


def print_table(head, rows):
    """Prints left-aligned columns."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
