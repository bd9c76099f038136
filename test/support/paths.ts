const each = (template: string, names: ReadonlyArray<string>) => names.map((name) => template.replace("*", () => name))

/** Paths that no file may have, by a part of the sentence that says why. */
export const hostile: ReadonlyArray<{ readonly says: string; readonly paths: ReadonlyArray<string> }> = [
  {
    says: "acts on its own",
    paths: [
      ...each("*", [
        ".bashrc",
        ".bash_profile",
        ".bash_logout",
        ".profile",
        ".zshrc",
        ".zshenv",
        ".zprofile",
        ".kshrc"
      ]),
      ...each("home/*", [".cshrc", ".tcshrc", ".login", ".inputrc", ".xinitrc", ".xprofile", ".pam_environment"]),
      ...each("*", [".envrc", ".env", ".direnvrc", ".autoenv", ".mise.toml", "mise.toml"]),
      ...each("*", [".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", ".pnp.cjs", "bunfig.toml", "binding.gyp"]),
      ...each("web/*", [".npmrc", ".yarn/releases/yarn.cjs", "node_modules/.bin/ls", "node_modules/left/index.js"]),
      ...each("*", [".pypirc", "pip.conf", ".pip/pip.conf", "pyvenv.cfg", ".condarc", ".gemrc", ".cargo/config.toml"]),
      ...each("*", ["sitecustomize.py", "usercustomize.py", "sitecustomize/__init__.py", "usercustomize.pyc"]),
      ...each("src/*", ["sitecustomize.py", "evil.pth", "EVIL.PTH", "x.egg-link", "__pycache__/a.cpython-312.pyc"]),
      ...each("*", ["site-packages/a.py", ".venv/bin/activate", "lib/python3/site-packages/os.py", ".pdbrc"]),
      ...each("*", [".vscode/tasks.json", ".vscode/settings.json", ".VSCODE/launch.json", "x.code-workspace"]),
      ...each("*", [".idea/workspace.xml", ".vs/a.json", ".zed/tasks.json", ".devcontainer/devcontainer.json"]),
      ...each("*", [".devcontainer.json", ".gitpod.yml", ".vimrc", ".exrc", ".nvim.lua", ".dir-locals.el", ".emacs"]),
      ...each("*", [".claude/settings.json", ".cursor/mcp.json", ".mcp.json", ".gemini/settings.json"]),
      ...each("*", [
        ".husky/pre-commit",
        ".githooks/pre-push",
        ".gitmodules",
        ".gitconfig",
        ".hg/hgrc",
        ".svn/entries"
      ]),
      ...each("*", [".pre-commit-config.yaml", "lefthook.yml", ".lefthook.yaml", ".overcommit.yml", "vendor/HEAD"]),
      ...each("*", [".github/workflows/ci.yml", ".GitHub/Workflows/x.yaml", ".gitlab-ci.yml", ".circleci/config.yml"]),
      ...each("*", [".ssh/authorized_keys", ".gnupg/gpg.conf", ".aws/credentials", ".config/autostart/x.desktop"]),
      ...each("*", [".local/bin/ls", ".netrc", ".forward", ".rhosts", ".curlrc", ".wgetrc", ".screenrc", ".tmux.conf"]),
      ...each("*", [".gdbinit", ".lldbinit", ".Rprofile", ".psqlrc", ".sqliterc", ".irbrc", ".mvn/jvm.config"]),
      ...each("www/*", [".htaccess", ".user.ini", "desktop.ini", "Autorun.inf", "x.lnk", "x.scf", "x.url"]),
      ...each("*", [
        ".env.local",
        "app/.env.production",
        ".flaskenv",
        ".bashrc.d/x",
        ".bash_completion",
        ".lessfilter"
      ]),
      ...each("*", [
        "x.dist-info/entry_points.txt",
        "src/x.egg-info/entry_points.txt",
        "python313._pth",
        ".pydistutils.cfg"
      ]),
      ...each("*", ["jupyter_server_config.py", "ipython_config.py", ".jupyter/x.py", "libx.so-gdb.py", ".radare2rc"]),
      ...each("*", [
        "profile.ps1",
        "Microsoft.PowerShell_profile.ps1",
        "_vimrc",
        ".lvimrc",
        ".dir-locals-2.el",
        "_netrc"
      ]),
      ...each("*", [
        ".erlang",
        ".iex.exs",
        ".julia/config/startup.jl",
        ".byebugrc",
        ".sbtopts",
        ".duckdbrc",
        "startup.m"
      ]),
      ...each("*", [".forgejo/workflows/ci.yml", ".drone.yml", ".woodpecker.yaml", ".buildkite/x.sh", "appveyor.yml"]),
      ...each("*", [
        "AGENTS.md",
        "sub/CLAUDE.md",
        ".cursorrules",
        ".github/copilot-instructions.md",
        ".lfsconfig",
        ".huskyrc"
      ]),
      // the same in other letters
      ...each("*", [".BashRC", ".\uff42ashrc", "SITECUSTOMIZE.PY", ".e\uff4evrc", ".ſsh/config"])
    ]
  },
  {
    says: "nothing is written into",
    paths: [
      ...each("*", [".git/config", ".git/hooks/pre-commit", "a/.GIT/x", ".gIt", "GIT~1/config", "git~2/hooks/x"]),
      ...each("*", [
        ".stepwright/files.json",
        ".Stepwright/runs/x",
        "STEPWR~1/x",
        ".\uff47\uff49\uff54/config",
        ".g\u200dit/config"
      ])
    ]
  },
  {
    says: "nobody sees",
    paths: [
      ...each("*", [
        "a\u200b.py",
        "\ufeffa.py",
        "a\u2060b.py",
        "READ\u00adME.md",
        "a\u180e.md",
        "\u3164.py",
        "a\u034f.md"
      ]),
      ...each("*", ["invoice\u202egpj.exe", "\u202da.py", "a\u2066b\u2069.py", "\u200fa.md", "\u061ca.md", "a\u200e"]),
      ...each("*", ["a\ufe0f.md", "a\u{e0041}.md", "a\ufff9b.md", "a\u200cb.py", "\u200d.py", "a\u200c\u200cb"])
    ]
  },
  {
    says: "control character",
    paths: [
      ...each("*", ["a\0.py", "\0", "a\n.py", "a\r.py", "a\tb.py", "\u001b[31m.py", "a\u007f.py", "a\u0085.py"]),
      ...each("*", ["a\u009b31m.py", "a\u2028.py", "a\u2029.py", "\ud800.py", "a\udc00", "\ude00\ud83d.py", "\u0007"])
    ]
  },
  { says: "backslash", paths: ["a\\b.py", "..\\..\\x", "\\\\server\\share\\x", "\\x", "a/b\\..\\c", "C:\\x"] },
  {
    says: "absolute",
    paths: ["/etc/passwd", "//server/share/x", "/", "C:/x.py", "c:x.py", "Z:"]
  },
  { says: "home", paths: ["~/.ssh/id", "~root/x", "~", "~/a.py"] },
  {
    says: "name the file directly",
    paths: [
      ...each("*", ["../x", "..", ".", "a/..", "a/../../x", "./x", "a/./b", "../../etc/passwd", "a/b/../../../c"]),
      ...each("*", ["\uff0e\uff0e/x", "\u2025/x", "a/\u2024\u2024/b"])
    ]
  },
  {
    says: "looks like",
    paths: ["a\uff0fb.py", "..\uff0f..\uff0fx", "a\uff3cb", "a\u2215b", "a\u2044b", "a\u29f8b", "a\u2216b"]
  },
  { says: "empty name", paths: ["", "a//b", "a/", "a/b//", "a///b"] },
  {
    says: "device",
    paths: [
      ...each("*", [
        "con",
        "CON.py",
        "prn.txt",
        "aux .txt",
        "aux",
        "nul",
        "NUL.tar.gz",
        "a/nul/b.py",
        "COM1",
        "com0.py"
      ]),
      ...each("*", [
        "COM\u00b9",
        "com\u00b2.txt",
        "LPT\u00b3.log",
        "lpt9.x",
        "conin$",
        "CONOUT$.txt",
        "clock$",
        "Con.Tar"
      ])
    ]
  },
  {
    says: "no name that every file system takes",
    paths: [
      ...each("*", [
        "a.",
        "a./b",
        "a ",
        "a /b",
        "a\u00a0",
        "a\u3000",
        "a.py:stream",
        "a<b",
        "a>b",
        'a"b',
        "a|b",
        "a?b"
      ]),
      ...each("*", [
        "a*b",
        "file:///etc/passwd",
        "http://a.b/c",
        "...",
        "a...",
        "LONGNA~1.TXT",
        "a\ue000.py",
        "a\uf03a",
        "a\ufdd0.py",
        "a\uffff"
      ]),
      ...each("*", ["n".repeat(201), `${"é".repeat(101)}.md`, `d/${"\u{1f600}".repeat(51)}`])
    ]
  },
  { says: "too long", paths: [`${"folder/".repeat(120)}x.py`, "é/".repeat(300) + "x"] },
  { says: "option", paths: ["-rf", "--checkpoint-action=exec=sh x.sh", "a/-x.py", "-"] }
]

/** Paths that a document may ask for. */
export const welcome: ReadonlyArray<string> = [
  ...each("*", [".env.template", "agents.py", "profile.md", "environment.yml", "sites/customize.py", "tools/gdb.py"]),
  ...each("*", [
    "README.md",
    "LICENSE",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "Makefile",
    "Dockerfile",
    "demo.sh"
  ]),
  ...each("*", [
    ".gitignore",
    ".gitattributes",
    ".gitkeep",
    ".editorconfig",
    ".dockerignore",
    ".env.example",
    "tox.ini"
  ]),
  ...each("*", [
    ".github/ISSUE_TEMPLATE/bug.md",
    ".python-version",
    ".flake8",
    ".coveragerc",
    "py.typed",
    "package.json"
  ]),
  ...each("*", ["src/pkg/__init__.py", "src/pkg/__main__.py", "tests/conftest.py", "conftest.py", "tests/data/a.csv"]),
  ...each("*", ["data/sample.jsonl", "templates/{{name}}.html", "app/[id]/page.tsx", "a (copy).md", "what's new.md"]),
  ...each("*", [
    "données/été.csv",
    "e\u0301te\u0301.md",
    "документ.md",
    "設計書.md",
    "なぜ？.md",
    "문서.md",
    "תיעוד.md"
  ]),
  ...each("*", [
    "دليل.md",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.md",
    "नमस्ते.md",
    "क्\u200dष.md",
    "ไทย.txt",
    "\u{1f600}.md"
  ]),
  ...each("*", ["Straße.txt", "ΑΒΓ.md", "İstanbul.md", "a b/c d.py", " a.py", "__proto__", "constructor/toString.py"]),
  ...each("*", [
    "console.py",
    "auxiliary.py",
    "common.py",
    "com10.py",
    "nullable.py",
    "lpt.py",
    "environment.py",
    "a~b.py"
  ]),
  ...each("*", ["profile.py", "bashrc.py", "docs/vscode.md", "git/a.py", ".gitlab/README.md", "a+b@c=d,e;f&g#h%i!.md"]),
  ...each("*", ["n".repeat(200), "head.py", "site/customize.py", "a-b/-".replace("/-", "/b-"), "…more.md", "½.md"])
]
