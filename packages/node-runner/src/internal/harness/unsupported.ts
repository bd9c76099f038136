const noModule = (names: string) => `ModuleNotFoundError: No module named '(${names})(\\.[\\w.]+)?'`
const noAttribute = (module: string, names: string) =>
  `AttributeError: module '${module}' has no attribute '(${names})'`

/** What a sandbox lacks, and how Python says so: patterns for the beginning of a line of a traceback. */
export type Unsupported = ReadonlyArray<readonly [lacks: string, says: ReadonlyArray<string>]>

/** The same in Python. */
export const compiled = (unsupported: Unsupported): string =>
  `[(lacks, re.compile("^(?:" + "|".join(says) + ")", re.M)) for lacks, says in ${JSON.stringify(unsupported)}]`

/**
 * What Pyodide lacks, and how Python says so where a test needs it: patterns for the beginning of a line of a traceback,
 * which has one such line for each exception of a chain. CPython on Linux says nothing of the kind of code that is right.
 */
export const inPyodide: Unsupported = [
  ["threads", ["RuntimeError: can't start new thread"]],
  [
    "processes",
    [
      "OSError: \\[Errno 138\\] emscripten does not support processes",
      "NotImplementedError: This Python build lacks multiprocessing",
      noModule("_multiprocessing|_posixshmem"),
      noAttribute("os", "forkpty|posix_spawnp?|pidfd_open|sched_\\w+|nice|setpriority")
    ]
  ],
  ["subinterpreters", [noModule("_interp\\w+"), "ImportError: cannot import name 'InterpreterPoolExecutor'"]],
  [
    "sockets",
    [
      "OSError: \\[Errno 138\\] Not supported",
      noAttribute("socket", "AF_UNIX|SO_REUSE\\w+|AF_NETLINK|AF_VSOCK"),
      noAttribute("asyncio", "(open|start)_unix_\\w+"),
      noAttribute("socketserver", "Unix\\w+")
    ]
  ],
  ["network", ["OSError: \\[Errno 23\\] Host is unreachable"]],
  ["time zones", ["zoneinfo\\._common\\.ZoneInfoNotFoundError: "]],
  [
    "signals",
    ["NotImplementedError: no signals", noAttribute("signal", "alarm|setitimer|pthread_kill|pidfd_send_signal")]
  ],
  ["OpenSSL", [noAttribute("hashlib", "pbkdf2_hmac|scrypt"), noModule("_hashlib")]],
  ["libraries of the system", ["(?:\\w+\\.)*\\w+: (?:Error: )?Unexpected call to locateFile"]],
  [
    "such call of the operating system",
    [
      "OSError: \\[Errno 52\\] Function not implemented",
      "OSError: out of pty devices",
      noAttribute("os", "link|mkfifo|mknod|openpty|pipe2|sendfile|splice|eventfd|memfd_create|posix_fallocate"),
      noAttribute("os", "(get|set|list|remove)xattr|(get|set)e[ug]id|(get|set)groups|(get|set)res[ug]id|getrandom"),
      noAttribute("select", "epoll"),
      noAttribute("time", "tzset|thread_time(_ns)?")
    ]
  ],
  [
    "module of this name",
    [
      noModule("curses|_curses|dbm|_dbm|_gdbm|ensurepip|grp|idlelib|pwd|readline|resource|syslog|venv"),
      noModule("tkinter|_tkinter|turtle|turtledemo|_uuid|pydoc_data")
    ]
  ],
  ["pytest", [noModule("_?pytest")]]
]

/** What a CPython lacks that has no network, and nothing but its own packages. */
export const inBubblewrap: Unsupported = [
  [
    "network",
    [
      "OSError: \\[Errno 101\\] Network is unreachable",
      "(?:socket\\.)?gaierror: \\[Errno -[23]\\] ",
      "urllib\\.error\\.URLError: <urlopen error \\[Errno (?:101|-[23])\\] "
    ]
  ],
  ["time zones", ["zoneinfo\\._common\\.ZoneInfoNotFoundError: "]],
  ["pytest", [noModule("_?pytest")]]
]
