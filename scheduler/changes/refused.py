"""How a change of a plan is refused. Nothing is written then."""

from collections.abc import Mapping


class Refused(ValueError):
    """`code` is for programs; `faults` has one sentence per field, each one a person can act on.

    Sentences may come lazy; they are told in the language of whoever was refused.

    What concerns the plan as a whole stands under `plan`.
    """

    def __init__(self, code: str, faults: Mapping[str, object]) -> None:
        said = {field: str(sentence) for field, sentence in faults.items()}
        super().__init__(" ".join(said.values()))
        self.code, self.faults = code, said


class Stale(Refused):
    """What the person saw is not so any more; the sentence says who changed what since."""

    def __init__(self, sentence: object) -> None:
        super().__init__("stale", {"plan": sentence})


def refuse(code: str, sentence: object, field: str = "plan") -> Refused:
    """One fault."""
    return Refused(code, {field: sentence})
