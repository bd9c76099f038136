import * as Effect from "effect/Effect"
import type { TestRunner, TestRunnerError } from "@stepwright/core/TestRunner"
import { evaluated, Files } from "./evaluated.ts"

/**
 * Gives of each Python file what others can use of it: its signatures, attributes that are made with an instance among
 * them, with the first paragraph of each docstring.
 */
const program = `
import ast


def main(given):
    return {path: outline(text) for path, text in given["files"].items()}


def outline(text):
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        return f"# line {error.lineno}: {error.msg}"
    return "\\n".join(line for node in tree.body for line in lines_of(node, ""))


def is_public(name):
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def said(node, indent):
    text = " ".join((ast.get_docstring(node) or "").split(chr(10) * 2)[0].split())
    return [f'{indent}    """{text if len(text) <= 300 else text[:299] + "…"}"""'] if text else []


def short(value):
    text = ast.unparse(value)
    return text if len(text) <= 80 else "..."


def decorators(node, indent):
    return [f"{indent}@{ast.unparse(d)}" for d in node.decorator_list]


def declared(node):
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {getattr(node, "name", None), *(getattr(target, "id", None) for target in targets)}


def attributes(node):
    known = set().union(*(declared(part) for part in node.body))
    for made in node.body:
        if not isinstance(made, ast.FunctionDef) or made.name not in ("__init__", "__post_init__"):
            continue
        own, *others = made.args.posonlyargs + made.args.args + made.args.kwonlyargs or [None]
        types = {arg.arg: arg.annotation for arg in others if arg.annotation}
        for part in ast.walk(made):
            if not isinstance(part, (ast.Assign, ast.AnnAssign)):
                continue
            for target in [t for whole in getattr(part, "targets", None) or [part.target] for t in ast.walk(whole)]:
                if not isinstance(target, ast.Attribute) or not isinstance(target.ctx, ast.Store):
                    continue
                is_own = ast.unparse(target.value) == getattr(own, "arg", "")
                if not is_own or not is_public(target.attr) or target.attr in known:
                    continue
                known.add(target.attr)
                kind = getattr(part, "annotation", None) or types.get(getattr(part.value, "id", None))
                value = short(part.value) if isinstance(part.value, ast.Constant) else "..."
                yield f"{target.attr}: {ast.unparse(kind)}" if kind else f"{target.attr} = {value}"


def lines_of(node, indent):
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and is_public(node.name):
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
        yield from decorators(node, indent)
        yield f"{indent}{word} {node.name}({ast.unparse(node.args)}){returns}: ..."
        yield from said(node, indent)
    elif isinstance(node, ast.ClassDef) and is_public(node.name):
        bases = ", ".join([ast.unparse(b) for b in node.bases] + [f"{k.arg}={ast.unparse(k.value)}" for k in node.keywords])
        yield from decorators(node, indent)
        yield f"{indent}class {node.name}({bases}):" if bases else f"{indent}class {node.name}:"
        yield from said(node, indent)
        for line in attributes(node):
            yield f"{indent}    {line}"
        for part in node.body:
            yield from lines_of(part, indent + "    ")
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and is_public(node.target.id):
        value = f" = {short(node.value)}" if node.value else ""
        yield f"{indent}{node.target.id}: {ast.unparse(node.annotation)}{value}"
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name) and is_public(target.id):
                yield f"{indent}{target.id} = {short(node.value)}"
    elif isinstance(node, (ast.If, ast.Try)):
        for part in node.body:
            yield from lines_of(part, indent)
`

/** The signatures of Python files, by path. */
export const outlines = (files: Files): Effect.Effect<Files, TestRunnerError, TestRunner> =>
  Object.keys(files).length === 0 ? Effect.succeed({}) : evaluated(Files, program, { files })
