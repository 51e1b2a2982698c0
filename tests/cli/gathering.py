"""The Dutch of the code, gathered from its source: what a screen or a fault can say, with a name for what is filled in."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "mpj"
_WORDS = """
aan al alle alleen als andere beide bij buiten dag dan dat de deze die dit door dus een eerder eerst elk elke en er geef geen
gelden geldt goed haar heb hebben heeft het hier hij hoe hun ieder in is kan kies komt kunnen maar mag maak meer meest met
minstens moet moeten mogen na naar naast niet niets noem nog nooit of om omdat onder ook op over per staan staat te tegelijk
ten tot tussen uit van vanaf veel verwacht vindt volgens voor waar wanneer wat weer welk welke werd wie wil wordt worden zal
zelf zich zij zijn zo zonder zou
"""
_BOTH = frozenset({"al", "are", "dag", "die", "door", "in", "is", "of", "over", "per", "ten", "was"})
"""Words of English as well: alone they prove nothing."""
FUNCTION_WORDS = frozenset(_WORDS.split())
DUTCH = FUNCTION_WORDS - _BOTH
FAULTS = frozenset({"Fault", "FieldError", "fault", "_fault", "refused", "remark", "say"})
"""What takes texts that people read, whatever words they are of."""
_NO_TEXT = re.compile(r"SELECT|FROM|JOIN|INSERT|CREATE|\(\(|:root|^\s*[\w.-]+\s*$|^--?[\w-]+(, --?[\w-]+)*$")


def shape(template: str) -> str:
    """A template without the names of what is filled in."""
    return re.sub(r"\{[^{}]*\}", "{}", template)


def is_dutch(text: str) -> bool:
    """Say whether a text holds two words or more, one of them a Dutch function word."""
    words = re.findall(r"[a-zà-ÿ]+", re.sub(r"\{[^{}]*\}", " ", text).lower())
    return len(words) > 1 and not DUTCH.isdisjoint(words)


def gathered(unseen: Collection[str] = ()) -> dict[str, str]:
    """The Dutch texts of every module, as templates, with the first module that says each; `unseen` are modules left out."""
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if not any(name.startswith(prefix) for prefix in unseen):
            for text in _texts(ast.parse(path.read_text("utf-8"))):
                found.setdefault(text, name)
    return found


def _texts(tree: ast.AST) -> Iterator[str]:
    """Every Dutch text of a module, but for docstrings; f-strings and sums are one."""
    known = set[int]()
    told = set[int]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            known.add(id(node.value))
        if isinstance(node, ast.Call) and _called(node) in FAULTS:
            told.update(map(id, (*node.args, *(one.value for one in node.keywords if one.arg in ("toelichting", "verwacht")))))
        if id(node) in known or not (_is_text(node) or _is_sum(node)):
            continue
        terms = _terms(node)
        if not any(map(_is_text, terms)):
            continue
        for one in terms:
            known.add(id(one))
            if isinstance(one, ast.JoinedStr):
                known.update(id(value) for value in one.values)
        known.update(id(one) for one in ast.walk(node) if _is_sum(one))
        text = _named("".join(map(_template, terms))).strip("\n")
        if not _NO_TEXT.search(text) and (is_dutch(text) or (id(node) in told and re.search(r"[a-z]{2}.* |^[A-Z]", text))):
            yield text


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _is_sum(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _terms(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.BinOp) and _is_sum(node):
        return [*_terms(node.left), *_terms(node.right)]
    return [node]


def _template(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(map(_template, values))
        case ast.FormattedValue(value=value):
            return "{" + _name(value) + "}"
    return "{" + _name(node) + "}"


def _name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.lower().strip("_")
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return re.sub("[^a-z_]", "", name.lower()) or "x"
        case ast.Call(func=ast.Attribute(attr="counted") | ast.Name(id="counted"), args=[_, ast.Constant(value=str(noun)), *_]):
            return noun.replace(" ", "_").replace("ë", "e")
        case ast.Call(args=[one, *_]) | ast.Call(func=one) | ast.Subscript(value=one):
            return _name(one)
    return "x"


def _named(template: str) -> str:
    seen: dict[str, int] = {}

    def one(found: re.Match[str]) -> str:
        seen[found[1]] = seen.get(found[1], 0) + 1
        return "{" + (found[1] if seen[found[1]] == 1 else f"{found[1]}{seen[found[1]]}") + "}"

    return re.sub(r"\{([a-z_]\w*)\}", one, template)
