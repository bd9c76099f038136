/** Which lines of the package's files run: by `sys.monitoring` where Python has it, else by tracing those files alone. */
export const coverage = `
import dis

ran = None


def lines_of(code):
    found = {line for _, line in dis.findlinestarts(code) if line}
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            found |= lines_of(part)
    return found


def start_coverage(root, paths):
    global ran
    ran = {f"{root}/{path}": set() for path in paths if path.endswith(".py") and not is_of_tests(path)}
    files = ran
    if hasattr(sys, "monitoring"):
        monitoring = sys.monitoring
        monitoring.use_tool_id(monitoring.COVERAGE_ID, "stepwright")

        def line(code, number):
            if code.co_filename in files:
                files[code.co_filename].add(number)
            return monitoring.DISABLE

        monitoring.register_callback(monitoring.COVERAGE_ID, monitoring.events.LINE, line)
        monitoring.set_events(monitoring.COVERAGE_ID, monitoring.events.LINE)
        return

    def within(frame, event, _):
        if event == "line":
            files[frame.f_code.co_filename].add(frame.f_lineno)
        return within

    def entering(frame, event, _):
        return within if frame.f_code.co_filename in files else None

    sys.settrace(entering)
    threading.settrace(entering)


def coverage_of(file, numbers):
    try:
        with open(file, "rb") as source:
            lines = lines_of(compile(source.read(), file, "exec"))
    except (OSError, SyntaxError, ValueError, RecursionError):
        lines = set()
    return {"lines": len(lines), "missed": sorted(lines - numbers), "ran": sorted(lines & numbers)}


def coverage_so_far():
    if ran is None:
        return {}
    sys.settrace(None)
    return {"coverage": {os.path.relpath(file, ROOT): coverage_of(file, numbers) for file, numbers in ran.items()}}
`
