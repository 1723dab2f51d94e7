"""What is raised for one setting that cannot be."""

UNKNOWN, WRONG, LOCKED = "unknown-name", "wrong-value", "locked"


class SettingFault(ValueError):
    """A setting that the protocol does not have, that has an impossible value, or that is locked."""

    def __init__(self, name: str, sentence: str, code: str = WRONG) -> None:
        super().__init__(f"{name}: {sentence}")
        self.name, self.sentence, self.code = name, sentence, code
