"""How drafts and editions say no."""

from collections.abc import Sequence

from scheduler.domain.edits.findings import Finding


class Refused(ValueError):
    """What was asked for cannot be; nothing was written.

    `code` is for programs and `sentence` for people; `findings` are the faults, where there are several.
    """

    def __init__(self, code: str, sentence: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.findings = code, sentence, tuple(findings)


class Stale(Refused):
    """Somebody changed it since the person looked; the sentence says who changed what."""

    def __init__(self, sentence: str) -> None:
        super().__init__("stale", sentence)
