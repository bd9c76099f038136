/** Names of files and folders that something runs or obeys though nobody named them, in small letters. */
const names = new Set(
  [
    // a shell when it starts, enters a folder or logs in, and what shells have open
    ".bashrc .bashrc.d .bash_profile .bash_login .bash_logout .bash_aliases .bash_completion .profile .zshrc .zshrc.d",
    ".zshenv .zprofile .zlogin .zlogout .oh-my-zsh .kshrc .mkshrc .cshrc .tcshrc .login .logout .inputrc .xinitrc",
    ".xsession .xsessionrc .xprofile .xserverrc .pam_environment .envrc .direnvrc .flaskenv .corepack.env .autoenv",
    ".autoenv.zsh .mise .mise.toml mise.toml .screenrc .tmux.conf .lessfilter .mailcap .vnc autoexec.bat",
    // Python, and what installs for it
    "sitecustomize usercustomize pyvenv.cfg site-packages dist-packages __pycache__ .venv .pdbrc .pythonrc",
    ".pythonrc.py .ipython .jupyter .pypirc pip.conf pip.ini .pip .condarc .pydistutils.cfg pydistutils.cfg distutils.cfg",
    // other languages and what installs for them
    ".npmrc .yarnrc .yarnrc.yml .yarn .pnpmrc .pnpmfile.cjs .pnpmfile.mjs .pnp.cjs .pnp.loader.mjs bunfig.toml",
    ".bunfig.toml binding.gyp node_modules .gemrc .bundle .irbrc .pryrc .byebugrc .rdbgrc .cargo .mvn .m2 .gradle",
    ".sbtopts .sbtrc .jvmopts .nuget nuget.config .composer .rprofile .renviron .octaverc startup.m .julia .ghci .cabal",
    ".ocamlinit .erlang .iex.exs .lein .perldb .terraformrc",
    // editors, debuggers, clients
    ".vscode .vs .idea .fleet .zed .helix .atom .theia .devcontainer .devcontainer.json .gitpod.yml .replit .vimrc _vimrc",
    ".gvimrc _gvimrc .lvimrc .exrc .nvimrc .nvim .nvim.lua .vim .emacs .emacs.el .emacs.d .spacemacs .doom.d",
    ".dir-locals.el .dir-locals-2.el .ycm_extra_conf.py .gdbinit .lldbinit .radare2rc .psqlrc .pg_service.conf .sqliterc",
    ".duckdbrc .my.cnf .mongorc.js .mongoshrc.js .redisclirc .mailrc",
    // agents
    ".claude claude.md claude.local.md agents.md gemini.md .cursor .cursorrules .codex .gemini .windsurf .windsurfrules",
    ".clinerules .continue .mcp.json .aider.conf.yml copilot-instructions.md",
    // version control, its hooks, and what runs when something is pushed
    ".gitmodules .gitconfig .lfsconfig .githooks .git-hooks .husky .huskyrc .hg .hgrc .svn .bzr .jj .sl head",
    ".pre-commit-config.yaml .pre-commit-config.yml .overcommit.yml lefthook.yml lefthook.yaml .lefthook.yml",
    ".lefthook.yaml .gitlab-ci.yml .circleci .travis.yml .drone.yml .woodpecker .woodpecker.yml .woodpecker.yaml",
    ".buildkite appveyor.yml .appveyor.yml azure-pipelines.yml bitbucket-pipelines.yml jenkinsfile",
    // a person's home
    ".ssh .gnupg .aws .azure .kube .docker .config .local .netrc _netrc .pgpass .forward .procmailrc .rhosts .shosts",
    ".curlrc .wgetrc launchagents launchdaemons",
    // a desktop or a server that shows a folder
    "autorun.inf desktop.ini .htaccess .user.ini"
  ].flatMap((line) => line.split(" "))
)

const patterns = [
  /\.(?:_?pth|egg-link|(?:dist|egg)-info|py[co]|code-workspace|lnk|scf|url|library-ms|searchconnector-ms)$/,
  /^(?:site|user)customize\./,
  /^(?:jupyter_\w+|ipython)_config\.(?:py|json)$/,
  /-gdb\.(?:py|gdb|scm)$/,
  /(?:^|_)profile\.ps1$/,
  // what is an example of one is read by nobody
  /^\.env(?:\.(?!(?:example|sample|template|dist|defaults?)$)|$)/
]

const workflows = /(?:^|\/)\.(?:github|gitea|forgejo)\/(?:workflows|actions)(?:\/|$)/

/** Whether a file of this path is run or obeyed though nobody named it; `path` is in small letters. */
export const actsAlone = (path: string): boolean =>
  workflows.test(path) ||
  path.split("/").some((name) => names.has(name) || patterns.some((pattern) => pattern.test(name)))
