"""What became of one test."""

from dataclasses import dataclass

PASS, FAIL, SKIP = "pass", "fail", "skip"


@dataclass
class Outcome:
    """One row of the page: a test that skipped itself, or did nothing, is a skip and never a pass."""

    suite: str
    test: str
    result: str
    seconds: float
    reason: str = ""

    def line(self, place):
        """The progress line; `place` says which of how many it is."""
        reason = f"  {self.reason}" if self.reason else ""
        return f"[{place}] {self.result:4} {self.seconds:7.1f} s  {self.test}{reason}"


def one_line(text, limit=220):
    """`text` on one line and not longer than a table bears."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 3] + "..."
