"""A figure a line: what was found, what JUDGING.md §10 asks for, and whether it is met."""


class Report:
    """Prints the figures and remembers whether all are met."""

    def __init__(self) -> None:
        self.met = True

    def say(self, name: str, figure: str, wanted: str = "", met: bool = True) -> None:
        self.met = self.met and met
        verdict = "" if not wanted else "met" if met else "NOT MET"
        print(f"{name:<60} {figure:<32} {wanted:<20} {verdict}".rstrip(), flush=True)
