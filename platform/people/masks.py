"""Names that a notice may show: known to whoever knows them, and to nobody else."""


def masked(name: str) -> str:
    """陈志强 → 陈*强, 王强 → 王*, Mary Jones → M*** J***."""
    name = name.strip()
    if name.isascii():
        return " ".join(f"{word[0]}***" for word in name.split())
    if len(name) < 3:
        return f"{name[:1]}*" if name else ""
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"
