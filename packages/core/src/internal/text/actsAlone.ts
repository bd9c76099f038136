/** Names of files and folders that something runs or obeys though nobody named them, in small letters. */
const names = new Set(
  [
    // a shell when it starts, enters a folder or logs in
    ".bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .zlogout",
    ".kshrc .mkshrc .cshrc .tcshrc .login .logout .inputrc .xinitrc .xsession .xsessionrc .xprofile .xserverrc",
    ".pam_environment .envrc .direnvrc .env .autoenv .autoenv.zsh .mise .mise.toml mise.toml .screenrc .tmux.conf",
    // Python, and what installs for it
    "sitecustomize usercustomize sitecustomize.py usercustomize.py pyvenv.cfg site-packages dist-packages __pycache__",
    ".venv .pdbrc .pythonrc .pythonrc.py .ipython .pypirc pip.conf pip.ini .pip .condarc",
    // other languages and what installs for them
    ".npmrc .yarnrc .yarnrc.yml .yarn .pnpmrc .pnpmfile.cjs .pnpmfile.mjs .pnp.cjs .pnp.loader.mjs bunfig.toml",
    ".bunfig.toml binding.gyp node_modules .gemrc .bundle .irbrc .pryrc .cargo .mvn .m2 .gradle .nuget nuget.config",
    ".composer .rprofile .renviron .octaverc .ghci .ocamlinit .terraformrc .perldb",
    // editors, debuggers, clients, agents
    ".vscode .vs .idea .fleet .zed .devcontainer .devcontainer.json .gitpod.yml .replit .vimrc .gvimrc .exrc .nvimrc",
    ".nvim.lua .vim .emacs .emacs.d .dir-locals.el .gdbinit .lldbinit .psqlrc .sqliterc .my.cnf .mailrc",
    ".claude .cursor .codex .gemini .windsurf .continue .mcp.json .aider.conf.yml",
    // version control, its hooks, and what runs when something is pushed
    ".gitmodules .gitconfig .githooks .husky .hg .hgrc .svn .bzr .jj .sl head .pre-commit-config.yaml",
    ".pre-commit-config.yml .overcommit.yml lefthook.yml lefthook.yaml .lefthook.yml .lefthook.yaml",
    ".gitlab-ci.yml .circleci .travis.yml azure-pipelines.yml bitbucket-pipelines.yml jenkinsfile",
    // a person's home
    ".ssh .gnupg .aws .azure .kube .docker .config .local .netrc .pgpass .forward .procmailrc .rhosts .shosts .curlrc",
    ".wgetrc launchagents launchdaemons",
    // a desktop or a server that shows a folder
    "autorun.inf desktop.ini .htaccess .user.ini"
  ].flatMap((line) => line.split(" "))
)

const endings = /\.(?:pth|egg-link|py[co]|code-workspace|lnk|scf|url|library-ms|searchconnector-ms)$/

/** A name with an ending of code that an interpreter takes for the module of that name. */
const customised = /^(?:site|user)customize\./

/** Whether a file of this path is run or obeyed though nobody named it; `path` is in small letters. */
export const actsAlone = (path: string): boolean =>
  /(?:^|\/)\.github\/(?:workflows|actions)(?:\/|$)/.test(path) ||
  path.split("/").some((name) => names.has(name) || endings.test(name) || customised.test(name))
