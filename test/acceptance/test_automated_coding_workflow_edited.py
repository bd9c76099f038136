"""Acceptance tests for the edited document "Automated Coding Workflow" (edited.md), written from it alone.

The edit: the entire workflow is serialized to XML format (it was JSON).

The document names four step classes and no other name, so everything else is found by introspection: the
workflow is the class with "Workflow" in its name that serializes or executes, parameters get values by their
names and annotations, the LLM is an object that can be called in any way and answers with a fixed text.
A test skips (and says why) where the package cannot be driven that way; it fails only where the package could
be driven and does not do what the sentence says, or where nothing in it can be what the sentence asks for.

Left untested, because the document does not decide it:
- the names of the package, the workflow class, all methods and parameters; the shape of the configuration and
  of the XML; which states there are and what they are called; reading XML back;
- the order of steps, whether a step runs the ones before it, what happens when the LLM fails or a step is unknown;
- how an LLM is given (a function, an object with a method), whether calls are asynchronous;
- the words of the prompts, and what becomes of the LLM's response beyond that it is kept or returned;
- "Background" and "User Persona", which state no behaviour.
"""
import asyncio
import enum
import importlib
import inspect
import json
import os
import re
import signal
import sys
import tempfile
import typing
import unittest
from xml.etree import ElementTree

PROJECT = os.path.abspath(os.environ.get("PROJECT", os.getcwd()))
ROOTS = [p for p in (os.path.join(PROJECT, "src"), PROJECT) if os.path.isdir(p)]
for _p in reversed(ROOTS):
    if _p not in sys.path:
        sys.path.insert(0, _p)

SKIPPED = {"build", "dist", "node_modules", "venv", "env", "site-packages", "__pycache__", "examples", "docs"}
STEPS = ("RequirementStep", "ArchitectureDesignStep", "ImplementationStep", "TestGenerationStep")
TRACES = {"RequirementStep": ("requirement",), "ArchitectureDesignStep": ("architecture", "design"),
          "ImplementationStep": ("implementation",), "TestGenerationStep": ("test",)}
MARK = "answer-of-the-llm-4711"
ANSWERS = ("def answer():\n    return '%s'\n" % MARK, "```python\ndef answer():\n    return '%s'\n```\n" % MARK,
           json.dumps({"answer": MARK, "code": MARK, "content": MARK}))
PAYLOAD = "A function zebra(n) that returns n stripes"
OTHER = "A function walrus(n) that returns n tusks"
INPUT_WORDS = ("requirement", "design", "architect", "implement", "code", "source", "text", "input", "content",
               "description", "need", "spec", "payload", "data", "detail", "context", "task", "story")
LLM_WORDS = ("llm", "client", "model", "provider", "backend", "dispatch", "complet", "generat", "caller", "transport")


# ---- the project's modules, classes and sources -------------------------------------------------------------

def source_files():
    """(dotted name, path, text) of each source file that is not a test."""
    seen = set()
    for root in ROOTS:
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(f for f in folders if f not in SKIPPED and not f.startswith("."))
            for file in sorted(files):
                path = os.path.abspath(os.path.join(folder, file))
                if not file.endswith(".py") or path in seen or file in ("setup.py", "conftest.py"):
                    continue
                seen.add(path)
                with open(path, encoding="utf-8", errors="replace") as stream:
                    text = stream.read()
                if re.search(r"^\s*(import|from)\s+(unittest|pytest)\b", text, re.M):
                    continue
                parts = os.path.relpath(path, root)[:-3].split(os.sep)
                if parts[-1] == "__init__":
                    parts.pop()
                if parts and all(p.isidentifier() for p in parts):
                    yield ".".join(parts), path, text


_modules = None


def modules():
    global _modules
    if _modules is None:
        _modules = []
        files = list(source_files())
        ours = {name.split(".")[0] for name, _, text in files
                if any("class " + s in text for s in STEPS) or re.search(r"^class \w*Workflow", text, re.M)}
        tops = {name.split(".")[0] for name, _, _ in files}
        while True:        # and what these import of the project
            text = "\n".join(text for name, _, text in files if name.split(".")[0] in ours)
            more = {top for top in tops - ours if re.search(r"^\s*(from|import)\s+%s\b" % re.escape(top), text, re.M)}
            if not more:
                break
            ours |= more
        for name, path, text in files:
            if name.split(".")[0] in ours and not name.endswith("__main__"):
                try:
                    _modules.append(importlib.import_module(name))
                except (Exception, SystemExit):
                    if any("class " + s in text for s in STEPS):
                        raise
    return _modules


def defined(kind):
    """Functions or classes that the project's modules define."""
    found = {}
    for module in modules():
        for value in vars(module).values():
            if isinstance(value, kind) and getattr(value, "__module__", None) == module.__name__:
                found[id(value)] = value
    return list(found.values())


def classes():
    return defined(type)


def step_class(name):
    for cls in classes():
        if cls.__name__ == name:
            return cls
    for module in modules():
        if isinstance(getattr(module, name, None), type):
            return getattr(module, name)
    raise AssertionError("no class %s in %s" % (name, PROJECT))


def has(cls, pattern):
    """Names of an object or class that match, without Python's own."""
    return [n for n in dir(cls) if re.search(pattern, n.lower()) and not n.startswith("__")]


def own_source(cls):
    """The source of a class and of its bases in the project."""
    texts = []
    for c in cls.__mro__:
        if c.__module__ == cls.__module__ or c in classes():
            try:
                texts.append(inspect.getsource(c))
            except (OSError, TypeError):
                pass
    return "\n".join(texts)


def project_source():
    tops = {m.__name__.split(".")[0] for m in modules()}
    return "\n".join(text for name, _, text in source_files() if name.split(".")[0] in tops)


def workflow_class():
    """The class of the workflow itself."""
    best = []
    for cls in classes():
        if "workflow" not in cls.__name__.lower() or issubclass(cls, (enum.Enum, BaseException)):
            continue
        score = (2 * bool(has(cls, "execute|run")) + 2 * bool(has(cls, SERIAL)) + bool(has(cls, "step"))
                 + (cls.__name__ == "AutomatedCodingWorkflow") + cls.__name__.endswith("Workflow") - 3 * inspect.isabstract(cls))
        best.append((score, cls.__name__, cls))
    if not best:
        raise AssertionError("no class of a workflow in %s" % PROJECT)
    return max(best, key=lambda b: b[:2])[2]


# ---- the serialized form --------------------------------------------------------------------------------------

SERIAL = "xml|serial|dump|export|save"        # names of what may serialize
PROMISES = "xml|serial"        # names of what must give the format, if it gives a text


def read_back(text):
    """The value of a text in the format that the document asks for; raises ValueError for another."""
    if isinstance(text, (bytes, bytearray)):
        text = text.decode("utf-8")
    if not isinstance(text, str):
        raise ValueError("not a text")
    root = ElementTree.fromstring(text.encode("utf-8") if "<?xml" not in text else re.sub(
        r"^\s*<\?xml.*?\?>", "", text, flags=re.S).encode("utf-8"))
    return ElementTree.tostring(root, encoding="unicode")


# ---- an LLM, and values for parameters ------------------------------------------------------------------------

class Answer(str):
    """The LLM's response: a text, which may also be awaited, or read by the attributes of a response object."""

    def __await__(self):
        return self
        yield

    text = content = output = message = completion = property(str)


class Recorder:
    """An LLM that may be called, or asked by any method, and keeps what it was sent."""

    def __init__(self, says=ANSWERS[0]):
        self.prompts, self.says = [], says

    def answer(self, *args, **kwargs):
        texts = [flat(a) for a in args] + [flat(v) for v in kwargs.values()]
        self.prompts.append(" ".join(texts))
        return Answer(self.says)

    __call__ = answer

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.answer

    def __repr__(self):
        return "<llm>"

    def __deepcopy__(self, memo):
        return self


def attributes(value):
    """The instance attributes of an object, also those in slots."""
    own = dict(getattr(value, "__dict__", {}) or {})
    for cls in type(value).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            try:
                own[slot] = getattr(value, slot)
            except AttributeError:
                pass
    return own


def flat(value, level=0, seen=None):
    """A text of all that a value holds, without addresses."""
    seen = set() if seen is None else seen
    if value is None or isinstance(value, (str, int, float, bytes)):
        return str(value)
    if id(value) in seen or level > 8 or isinstance(value, (Recorder, type)) or inspect.isroutine(value):
        return ""
    seen.add(id(value))
    if isinstance(value, enum.Enum):
        return "%s %s" % (value.name, value.value)
    if isinstance(value, dict):
        return " ".join(flat(k, level + 1, seen) + " " + flat(v, level + 1, seen) for k, v in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return " ".join(flat(v, level + 1, seen) for v in value)
    own = attributes(value)
    return flat(own, level + 1, seen) if own else re.sub(r" at 0x[0-9a-fA-F]+", "", str(value))


def settle(value):
    if inspect.isawaitable(value):
        async def wait():
            return await value
        return asyncio.run(wait())
    if inspect.isgenerator(value):
        return list(value)
    return value


class Inputs(dict):
    """A dictionary that has the payload under whatever name is asked for."""

    def __init__(self, payload):
        super().__init__({word: payload for word in (
            "requirement", "requirements", "design", "architecture", "implementation", "code", "input", "text",
            "description", "details", "content", "design_needs", "implementation_details", "source_code")})
        self.payload = payload

    def __missing__(self, key):
        return self.payload

    def get(self, key, default=None):
        return self.payload if default is None or isinstance(default, str) else default


class Filler:
    """Values for the parameters of a function, by their names and annotations."""

    templates = set()        # names of parameters that asked for a prompt, since the test began

    def __init__(self, payload=PAYLOAD, name="main step", llm=None, values=()):
        self.payload, self.name, self.values = payload, name, dict(values)
        self.llm = Recorder() if llm is None else llm
        self.given = set()        # names of the parameters that got the payload itself

    def llm_for(self, hint):
        if isinstance(hint, type) and hint in classes():
            missing = {n: (lambda self_, *a, **k: self_.llm_.answer(*a, **k))
                       for n in getattr(hint, "__abstractmethods__", ())}
            for n in missing:
                if inspect.iscoroutinefunction(getattr(hint, n, None)):
                    async def later(self_, *a, **k):
                        return self_.llm_.answer(*a, **k)
                    missing[n] = later
            if missing and not getattr(hint, "_is_protocol", False):
                return type("GivenLLM", (hint,), dict(missing, llm_=self.llm, __init__=lambda self_: None))()
        return self.llm

    def value(self, name, hint, required, depth):
        low, text = name.lower(), str(hint).lower()
        if name in self.values:
            return self.values[name]
        plain = hint in (str, int, float, bool)
        if (any(w in low for w in LLM_WORDS) or "llm" in text) and not plain and "str" not in text.split("[")[0]:
            return self.llm_for(hint)
        if not required and not any(w in low for w in INPUT_WORDS):
            return None
        if hint is bool:
            return False if required else None
        if hint in (int, float):
            return 1 if required else None
        if isinstance(hint, type) and issubclass(hint, enum.Enum):
            return next(iter(hint)) if required else None
        if isinstance(hint, type) and hint in classes() and depth < 3:
            return self.make(hint, depth + 1) if required else None
        if any(w in low for w in ("steps", "children")) and required:
            return []
        if any(w in low for w in ("config", "settings", "options", "params")):
            return {} if required else None
        if "list" in text or "sequence" in text or "iterable" in text or "tuple" in text:
            return [self.payload]
        if "dict" in text or "mapping" in text:
            return Inputs(self.payload)
        if hint is str or "str" in text:
            return self.name if low in ("name", "title", "id", "key", "step_id", "label") else self.payload
        if low in ("name", "title", "id", "key", "step_id", "label"):
            return self.name
        if any(w in low for w in ("context", "inputs", "data", "state", "results", "outputs", "previous")):
            return Inputs(self.payload)
        return self.payload

    def arguments(self, function, depth=0):
        signature = inspect.signature(function)
        target = function.__init__ if isinstance(function, type) else function
        try:
            hints = typing.get_type_hints(target)
            if isinstance(function, type):
                hints = {**typing.get_type_hints(function), **hints}
        except Exception:
            hints = {}
        args, kwargs = [], {}
        for name, p in signature.parameters.items():
            if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
                continue
            hint = hints.get(name, "" if p.annotation is p.empty else p.annotation)
            value = self.value(name, hint, p.default is p.empty, depth)
            if value == self.payload or value == [self.payload]:
                self.given.add(name)
            if p.default is p.empty and re.search("prompt|template", name.lower()):
                Filler.templates.add(name)
            if value is None and p.default is not p.empty:
                continue
            if p.kind is p.POSITIONAL_ONLY:
                args.append(value)
            else:
                kwargs[name] = value
        return args, kwargs

    def call(self, function):
        args, kwargs = self.arguments(function)
        return settle(function(*args, **kwargs))

    def make(self, cls, depth=0):
        args, kwargs = self.arguments(cls, depth)
        return cls(*args, **kwargs)


def attempt(*functions):
    """The first result of functions that raise nothing; None if all do."""
    for function in functions:
        try:
            return function()
        except (Exception, SystemExit):
            pass
    return None


class Base(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()        # what a package writes is not left in the project
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)
        Filler.templates.clear()
        if hasattr(signal, "SIGALRM"):
            def late(signum, frame):
                raise AssertionError("more than 30 seconds")
            old = signal.signal(signal.SIGALRM, late)
            signal.setitimer(signal.ITIMER_REAL, 30)
            self.addCleanup(signal.signal, signal.SIGALRM, old)
            self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)

    # -- steps

    def step(self, name, payload=PAYLOAD, llm=None, label=None, values=()):
        cls = step_class(name)
        filler = Filler(payload, label or name, llm, values)
        made = attempt(lambda: filler.make(cls), cls)
        self.made_with = set(filler.given)
        if made is None:
            self.skipTest("%s cannot be made from its signature %s" % (name, inspect.signature(cls)))
        return made

    def prompt(self, name, payload=PAYLOAD):
        """The text of the prompt that a step constructs from a payload."""
        step = self.step(name, payload)
        made_with = self.made_with
        self.offer(step, payload)
        names = [n for n in has(step, "prompt|render")
                 if not re.search("templ|send|dispatch|set_|add_|system|log|hist|config|builder|version|_id|_name|"
                                  "class|type|factor|file|path|kind|prefix|suffix|head|foot", n.lower())]
        order = ("build_prompt", "construct_prompt", "make_prompt", "create_prompt", "prompt", "get_prompt",
                 "generate_prompt", "render_prompt", "format_prompt", "compose_prompt")
        names.sort(key=lambda n: (order.index(n) if n in order else 99, n.startswith("_"), n))
        for n in names:
            filler = Filler(payload, name)
            value = attempt(lambda: getattr(step, n))
            if callable(value) and not isinstance(value, type):
                value = attempt(lambda: filler.call(value), lambda: settle(value(payload)),
                                lambda: settle(value(Inputs(payload))), lambda: settle(value()))
            text = flat(value) if value is not None else ""
            if len(text.split()) > 2:
                self.given, self.made_with = filler.given, made_with
                return text
        self.skipTest("no prompt of %s can be had by its attributes (%s)" % (name, ", ".join(names)))

    def skipIfConfigured(self):
        """Steps whose prompts come wholly from their caller are as different as the caller makes them."""
        if Filler.templates:
            self.skipTest("prompts are taken from the caller: %s" % sorted(Filler.templates))

    def offer(self, step, payload):
        """Give a step its input in the usual ways, where it has them."""
        for n in has(step, r"^(accept|set|provide|add|with|update)_?(%s)" % "|".join(INPUT_WORDS)) + has(step, "^accept$"):
            attempt(lambda: settle(getattr(step, n)(payload)))
        for n, value in list(attributes(step).items()):
            if not n.startswith("_") and any(w in n.lower() for w in INPUT_WORDS):
                if value is None or value == "":
                    attempt(lambda: setattr(step, n, payload))

    # -- the workflow

    def workflow(self, llm=None, payload=PAYLOAD, first=None):
        """A workflow with the four steps in it, if it can be had (with another RequirementStep, if one is given)."""
        cls = workflow_class()
        filler = Filler(payload, "main workflow", llm)
        steps = [attempt(lambda: self.step(s, payload, filler.llm)) for s in STEPS]
        steps = [s for s in [first or steps[0]] + steps[1:] if s is not None]
        names = list(inspect.signature(cls).parameters)
        step_names = [n for n in names if n in ("steps", "children")]
        made = None
        if step_names:
            made = attempt(lambda: Filler(payload, "main workflow", filler.llm, {step_names[0]: steps}).make(cls))
        makers = [lambda: filler.make(cls), cls] + [
            lambda m=getattr(cls, n): filler.call(m) for n in has(cls, "^(default|create|standard|build|make|new)")]
        made = made if made is not None else attempt(*makers)
        if made is None:
            self.skipTest("the workflow cannot be made from its signature %s" % inspect.signature(cls))
        if not self.complete(made):
            for n in has(made, "^(add|append|register)_?(step|child)?$"):
                for step in steps:
                    attempt(lambda: getattr(made, n)(step), lambda: getattr(made, n)(type(step).__name__, step))
                if self.complete(made):
                    break
        return made

    def held(self, workflow):
        """The steps that a workflow holds, each with the names under which it may be asked for."""
        out, seen = [], set()
        kinds = tuple(step_class(s) for s in STEPS)

        def walk(value, keys, level):
            if level > 5 or id(value) in seen or isinstance(value, (str, bytes, int, float, type, Recorder)):
                return
            seen.add(id(value))
            if isinstance(value, kinds):
                own = [getattr(value, a, None) for a in ("id", "step_id", "name", "key", "path", "title", "kind", "type")]
                out.append((value, keys + [k for k in own if k is not None and not callable(k)]))
            if isinstance(value, dict):
                for k, v in value.items():
                    walk(v, [k], level + 1)
            elif isinstance(value, (list, tuple)):
                for i, v in enumerate(value):
                    walk(v, [i], level + 1)
            elif type(value) in classes():
                for v in list(attributes(value).values()):
                    walk(v, [], level + 1)
        walk(workflow, [], 0)
        return out

    def prepare(self, workflow):
        """Give the workflow and its steps their input in the usual ways, where they have them."""
        for step, _ in self.held(workflow):
            self.offer(step, PAYLOAD)
        for n, value in attributes(workflow).items():
            if isinstance(value, dict) and re.search("input|context|data", n.lower()):
                value.update(Inputs(PAYLOAD))

    def complete(self, workflow):
        kinds = {type(s).__name__ for s, _ in self.held(workflow)}
        return set(STEPS) <= kinds

    def serializers(self):
        """(name, function of a workflow and further arguments) of all that may serialize it."""
        def good(n):
            return re.search(SERIAL, n.lower()) and not re.search("from_|load|deserial|^_", n.lower())
        out = [(n, lambda w, *more, n=n: getattr(w, n)(*more)) for n in dir(workflow_class()) if good(n)]
        return out + [(f.__name__, f) for f in defined(type(lambda: 0)) if good(f.__name__)]

    def serialized(self, workflow):
        """The text of a workflow, and its value; where a text was given, it must have the format."""
        wrong, right = [], []
        for n, function in self.serializers():
            text = attempt(lambda: settle(function(workflow)))
            if text is None:
                with tempfile.TemporaryDirectory() as folder:
                    path = os.path.join(folder, "workflow.txt")
                    attempt(lambda: settle(function(workflow, path)))
                    if os.path.isfile(path):
                        with open(path, encoding="utf-8") as stream:
                            text = stream.read()
            if isinstance(text, (str, bytes)):
                value = attempt(lambda: read_back(text))
                if value is not None:
                    right.append((text if isinstance(text, str) else text.decode(), value))
                elif re.search(PROMISES, n.lower()):
                    wrong.append("%s gives another format: %.300s" % (n, text))
        if right:
            return max(right, key=lambda r: len(r[0]))        # the longest is of the entire workflow
        if wrong:
            self.fail(wrong[0])
        self.skipTest("nothing that serializes could be called: %s" % [n for n, _ in self.serializers()])

    def execute(self, name, says=ANSWERS[0]):
        """Execute one step by the workflow, or by itself; gives (workflow, step, result, prompts sent)."""
        def finished(call):
            """[result] of a call that raised nothing and asked the LLM; else None."""
            before = len(llm.prompts)
            result = attempt(lambda: [call()])
            return result if result and len(llm.prompts) > before else None

        llm = Recorder(says)
        workflow = self.workflow(llm)
        methods = has(workflow, "^(execute|run|perform)")
        methods.sort(key=lambda n: ("step" not in n, n))
        for step, keys in self.held(workflow):
            if type(step).__name__ != name:
                continue
            self.prepare(workflow)
            for n in methods:
                method = getattr(workflow, n)
                parameters = list(inspect.signature(method).parameters) if callable(method) else []
                if not parameters or not re.search("step|name|id|key|path|phase|stage|target|index", parameters[0].lower()):
                    continue
                for key in keys + [step, name, type(step)]:
                    start = len(llm.prompts)
                    filler = Filler(PAYLOAD, name, llm, {parameters[0]: key})
                    done = finished(lambda: filler.call(method))
                    if done:
                        return workflow, step, done[0], llm.prompts[start:]
        llm = Recorder(says)
        step = self.step(name, llm=llm)
        self.offer(step, PAYLOAD)
        for n in has(step, "^(execute|run|process|perform)"):
            start = len(llm.prompts)
            done = finished(lambda: Filler(PAYLOAD, name, llm).call(getattr(step, n)))
            if done:
                return None, step, done[0], llm.prompts[start:]
        self.skipTest("no way found to execute %s with an LLM of the test's own" % name)


# ---- the tests --------------------------------------------------------------------------------------------------

class Steps(Base):
    def test_requirement_step(self):
        """**RequirementStep**: Accept and process coding requirements."""
        self.assertIsInstance(step_class("RequirementStep"), type)

    def test_architecture_design_step(self):
        """**ArchitectureDesignStep**: Manage the architectural design phase."""
        self.assertIsInstance(step_class("ArchitectureDesignStep"), type)

    def test_implementation_step(self):
        """**ImplementationStep**: Oversee the coding implementation phase."""
        self.assertIsInstance(step_class("ImplementationStep"), type)

    def test_test_generation_step(self):
        """**TestGenerationStep**: Generate tests for Python code."""
        self.assertIsInstance(step_class("TestGenerationStep"), type)

    def test_each_has_to_do_with_a_prompt(self):
        """Construct a unique prompt for the LLM (each of the four steps)"""
        for s in STEPS:
            with self.subTest(s):
                cls = step_class(s)
                self.assertTrue(has(cls, "prompt") or "prompt" in own_source(cls).lower(), s)

    def test_prompts_of_the_steps_differ(self):
        """Construct a unique prompt for the LLM based on ... (four steps, the same words: four prompts)"""
        prompts = {s: self.prompt(s) for s in STEPS}
        self.skipIfConfigured()
        for a in STEPS:
            for b in STEPS:
                if a < b:
                    self.assertNotEqual(prompts[a], prompts[b], (a, b))

    def assertBasedOnInput(self, name, words):
        one, two = self.prompt(name, PAYLOAD), self.prompt(name, OTHER)
        clear = set(INPUT_WORDS) - {"context", "data", "description", "content"}
        took = [g for g in self.given if any(w in g.lower() for w in clear)]
        took += [g for g in self.made_with if any(w in g.lower() for w in words)]
        if one == two and not took:        # the input may come another way
            one, two = (self.dispatched(name, p) for p in (PAYLOAD, OTHER))
            if one == two:
                self.skipTest("no way found to give %s its input" % name)
        self.assertNotEqual(one, two, "the same prompt for two inputs")

    def dispatched(self, name, payload):
        llm = Recorder()
        step = self.step(name, payload, llm)
        self.offer(step, payload)
        for n in has(step, "^(execute|run|process|perform)"):
            attempt(lambda: Filler(payload, name, llm).call(getattr(step, n)))
            if llm.prompts:
                return llm.prompts[0]
        self.skipTest("no way found to give %s its input" % name)

    def test_prompt_from_requirements(self):
        """Construct a unique prompt for the LLM based on the requirements."""
        self.assertBasedOnInput("RequirementStep", ("requirement",))

    def test_prompt_from_design_needs(self):
        """Construct a unique prompt for the LLM based on design needs."""
        self.assertBasedOnInput("ArchitectureDesignStep", ("need", "requirement", "design_input"))

    def test_prompt_from_implementation_details(self):
        """Construct a unique prompt for the LLM based on implementation details."""
        self.assertBasedOnInput("ImplementationStep", ("detail", "implementation_input"))

    def test_prompt_from_code(self):
        """Construct a unique prompt for the LLM based on the code to generate tests."""
        self.assertBasedOnInput("TestGenerationStep", ("code", "source"))


class Workflow(Base):
    def test_takes_a_configuration(self):
        """Initialize the automated coding workflow using specific configurations."""
        cls = workflow_class()
        made_from = list(inspect.signature(cls).parameters) + has(cls, "^from_|^create|^build|^load|^with_|config")
        self.assertTrue(made_from or [f for f in defined(type(lambda: 0)) if "workflow" in f.__name__.lower()],
                        "%s takes nothing" % cls.__name__)

    def test_sub_steps(self):
        """Support for multi-layered steps and sub-steps. Serialize the entire workflow to XML format."""
        self.assertTrue(re.search(r"sub_?-?\s?steps?|child|nested|layer", project_source().lower()))
        workflow = self.workflow()
        before, _ = self.serialized(workflow)
        for parent, _ in self.held(workflow):
            child = self.step("TestGenerationStep", label="inner step")
            ways = [lambda n=n: getattr(parent, n)(child) for n in has(parent, "^(add|append)_?(sub_?steps?|child|step)$")]
            ways += [lambda n=n: getattr(parent, n).append(child) for n in has(parent, "^(sub_?steps|children|steps)$")]
            for way in ways:
                attempt(way)
                if any(child is s for s, _ in self.held(workflow)):
                    after, _ = self.serialized(workflow)
                    self.assertGreater(len(after), len(before), "the sub-step is not in what was serialized")
                    return
        for n in inspect.signature(step_class("RequirementStep")).parameters:
            if re.search("^(sub_?steps|children|steps)$", n.lower()):
                child = self.step("TestGenerationStep", label="inner step")
                parent = attempt(lambda: self.step("RequirementStep", values={n: [child]}))
                workflow = parent is not None and self.workflow(first=parent)
                if workflow and any(child is s for s, _ in self.held(workflow)):
                    after, _ = self.serialized(workflow)
                    self.assertGreater(len(after), len(before), "the sub-step is not in what was serialized")
                    return
        self.skipTest("no way found to give a step a sub-step")

    def test_executes_and_tracks(self):
        """Execute specific steps in the workflow as needed. Track and manage different states of the workflow."""
        names = [n for c in classes() for n in has(c, "execut|run|perform|process")]
        names += [f.__name__ for f in defined(type(lambda: 0)) if re.search("execut|run|perform", f.__name__.lower())]
        self.assertTrue(names, "nothing executes a step")
        self.assertTrue(re.search("state|status", project_source().lower()))

    def test_serializes(self):
        """Serialize the entire workflow to XML format."""
        self.assertTrue("xml" in project_source().lower(), "no word of XML in the package")
        text, value = self.serialized(self.workflow())
        self.assertEqual(read_back(text), value)

    def test_entire_workflow(self):
        """Serialize the entire workflow to XML format. (each step that it holds is in it)"""
        workflow = self.workflow()
        text, _ = self.serialized(workflow)
        kinds = {type(s).__name__ for s, _ in self.held(workflow)}
        if not kinds:
            self.skipTest("no way found to give the workflow its steps")
        for kind in kinds:
            self.assertTrue(any(word in text.lower() for word in TRACES[kind]), "%s is not in %.500s" % (kind, text))

    def test_serializes_after_execution(self):
        """Serialize the entire workflow to XML format. Receive and handle responses from the LLM."""
        workflow, _, _, _ = self.execute("RequirementStep")
        if workflow is None:
            self.skipTest("no way found to execute a step by the workflow")
        text, value = self.serialized(workflow)
        self.assertEqual(read_back(text), value)

    def test_state_changes(self):
        """Track and manage different states of the workflow. (before and after a step)"""
        workflow, step, _, _ = self.execute("RequirementStep")
        if workflow is None:
            self.skipTest("no way found to execute a step by the workflow")
        fresh = self.workflow(Recorder())
        self.prepare(fresh)
        self.assertNotEqual(flat(workflow), flat(fresh), "nothing in the workflow tells that a step was executed")


class Llm(Base):
    def test_a_step_dispatches_a_prompt(self):
        """Dispatch uniquely configured prompts to the LLM for processing."""
        _, _, _, prompts = self.execute("RequirementStep")
        self.assertTrue(prompts[0].strip(), "an empty prompt")

    def test_dispatched_prompts_differ(self):
        """Dispatch uniquely configured prompts to the LLM for processing. (each step its own)"""
        sent = {s: tuple(self.execute(s)[3]) for s in STEPS}
        self.skipIfConfigured()
        self.assertEqual(len(set(sent.values())), 4, sent)

    def test_response_is_received(self):
        """Receive and handle responses from the LLM. (one of three usual forms of a response is kept or returned)"""
        kept = []
        for says in ANSWERS:
            workflow, step, result, _ = self.execute("RequirementStep", says)
            kept.append(MARK in flat([workflow, step, result]))
        self.assertIn(True, kept)


if __name__ == "__main__":
    unittest.main()
