/* ckptlint_clang.cpp - the Clang plugin: a thin adapter that lets `ckptlint check` run beside one compilation and
 * reports its findings through Clang's own diagnostics engine (colours, carets, -fdiagnostics-format=, serialized
 * diagnostics).
 *
 *   clang++ -fplugin=$(ckptlint plugin-path clang++) -c net.cpp
 *
 * The checker is a process of its own: started when the unit starts, collected when Clang has parsed it. Whatever
 * happens to it, the compilation goes on; the worst is one note. Options, as -fplugin-arg-ckptlint-KEY=VALUE:
 * `program`, `checkpoint` (CLASS:PATH), `W` (ckpt-missing-key, no-ckpt-format). Clang ignores -Werror and -w for a
 * plugin's own diagnostics: they are mapped here by hand.
 *
 * C++ because Clang's plugin interface is. Builds with LLVM 14 to 22. */
#include <clang/AST/ASTConsumer.h>
#include <clang/Basic/Diagnostic.h>
#include <clang/Basic/FileManager.h>
#include <clang/Basic/LangStandard.h>
#include <clang/Basic/SourceManager.h>
#include <clang/Basic/Version.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendPluginRegistry.h>
#include <clang/Lex/HeaderSearchOptions.h>
#include <clang/Lex/PPCallbacks.h>
#include <clang/Lex/Preprocessor.h>
#include <clang/Lex/PreprocessorOptions.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char **environ;

namespace {

struct Checker {
  std::string program = CKPTLINT_PROGRAM;
  std::vector<std::string> options; // for ckptlint, before the file
  pid_t pid = 0;
  int output = -1, errors = -1; // memory files: its stdout, its stderr
};

/* What changes the meaning of the source, from Clang's own options: include folders, macros, forced includes, standard.
 */
void addCompileFlags(clang::CompilerInstance &compiler, std::vector<std::string> &command) {
  for (const auto &entry : compiler.getHeaderSearchOpts().UserEntries) {
    if (entry.IsFramework) continue;
    bool isSystem = entry.Group != clang::frontend::Quoted && entry.Group != clang::frontend::Angled;
    if (entry.Group == clang::frontend::CXXSystem || entry.Group == clang::frontend::ExternCSystem)
      continue; // the driver's own
    if (entry.Path == compiler.getHeaderSearchOpts().ResourceDir + "/include")
      continue; // this Clang's builtin headers; the checker's libclang has its own
    command.push_back(entry.Group == clang::frontend::Quoted ? "-iquote" : isSystem ? "-isystem" : "-I");
    command.push_back(entry.Path);
  }
  for (const auto &macro : compiler.getPreprocessorOpts().Macros)
    command.push_back((macro.second ? "-U" : "-D") + macro.first);
  for (const auto &include : compiler.getPreprocessorOpts().Includes)
    command.insert(command.end(), {"-include", include});
  const auto &standard = clang::LangStandard::getLangStandardForKind(compiler.getLangOpts().LangStd);
  command.push_back(std::string("-std=") + standard.getName());
}

std::string start(Checker &checker, clang::CompilerInstance &compiler, const std::string &file) {
  std::vector<std::string> command = {checker.program, "check", "--format=lines", "--unit", "--list-checkpoints"};
  command.insert(command.end(), checker.options.begin(), checker.options.end());
  command.insert(command.end(), {file, "--"});
  addCompileFlags(compiler, command);
  std::vector<char *> argv;
  for (std::string &word : command) argv.push_back(&word[0]);
  argv.push_back(nullptr);
  checker.output = memfd_create("ckptlint", MFD_CLOEXEC);
  checker.errors = memfd_create("ckptlint", MFD_CLOEXEC);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, checker.output, 1);
  posix_spawn_file_actions_adddup2(&actions, checker.errors, 2);
  int failed = posix_spawnp(&checker.pid, checker.program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed == 0) return "";
  checker.pid = 0;
  return "ckptlint was not started: " + checker.program + ": " + std::strerror(failed);
}

std::string readAll(int fd) {
  std::string text(static_cast<size_t>(lseek(fd, 0, SEEK_END)), 0);
  if (pread(fd, &text[0], text.size(), 0) != static_cast<ssize_t>(text.size())) text.clear();
  close(fd);
  return text;
}

class Consumer : public clang::ASTConsumer {
public:
  Consumer(clang::CompilerInstance &compiler, const Checker &options, const std::string &file)
      : compiler(compiler), checker(options) {
    problem = start(checker, compiler, file);
  }

  void HandleTranslationUnit(clang::ASTContext &) override {
    clang::DiagnosticsEngine &diagnostics = compiler.getDiagnostics();
    if (!problem.empty()) return say(clang::SourceLocation(), clang::DiagnosticsEngine::Remark, problem);
    int status = 0;
    while (waitpid(checker.pid, &status, 0) < 0 && errno == EINTR) {}
    std::string output = readAll(checker.output), errors = readAll(checker.errors);
    if (WIFSIGNALED(status) || WEXITSTATUS(status) > 1)
      return say(clang::SourceLocation(), clang::DiagnosticsEngine::Remark,
                 "this unit was not checked by ckptlint: " +
                     (errors.empty() ? "it ended abnormally" : errors.substr(0, errors.find('\n'))));
    bool hadErrors = diagnostics.hasErrorOccurred(); // after errors of Clang's own, what we would say is noise
    for (size_t at = 0, end; at < output.size(); at = end + 1) {
      end = std::min(output.find('\n', at), output.size());
      std::string line = output.substr(at, end - at);
      if (line.rfind("checkpoint ", 0) == 0) addDependency(line.substr(std::strlen("checkpoint ")));
      else if (!hadErrors) emit(line);
    }
  }

private:
  /* A checkpoint joins the unit's dependencies (-MD), which Clang writes after this: a new one compiles, so checks,
   * again. To those who collect dependencies it is a header that need not be read. */
  void addDependency(const std::string &file) {
    auto entry = compiler.getFileManager().getFileRef(file);
    if (!entry) return llvm::consumeError(entry.takeError());
    if (clang::PPCallbacks *callbacks = compiler.getPreprocessor().getPPCallbacks())
      callbacks->FileSkipped(*entry, clang::Token(), clang::SrcMgr::C_User);
  }

  void say(clang::SourceLocation place, clang::DiagnosticsEngine::Level level, const std::string &text) {
    clang::DiagnosticsEngine &diagnostics = compiler.getDiagnostics();
    diagnostics.Report(
        place, diagnostics.getDiagnosticIDs()->getCustomDiagID(static_cast<clang::DiagnosticIDs::Level>(level), "%0"))
        << text;
  }

  clang::SourceLocation placeOf(const std::string &file, unsigned line, unsigned column) {
    auto entry = compiler.getFileManager().getFileRef(file);
    if (!entry) {
      llvm::consumeError(entry.takeError());
      return clang::SourceLocation();
    }
    clang::SourceManager &sources = compiler.getSourceManager();
    clang::FileID id = sources.translateFile(*entry);
    if (id.isInvalid()) id = sources.createFileID(*entry, clang::SourceLocation(), clang::SrcMgr::C_User);
    return sources.translateLineCol(id, line, column);
  }

  /* FILE:LINE:COLUMN: SEVERITY: TEXT; other lines are for people. A note belongs to the finding before it. */
  void emit(const std::string &line) {
    clang::DiagnosticsEngine &diagnostics = compiler.getDiagnostics();
    static const struct {
      const char *text;
      clang::DiagnosticsEngine::Level level;
    } severities[] = {{": error: ", clang::DiagnosticsEngine::Error},
                      {": warning: ", clang::DiagnosticsEngine::Warning},
                      {": note: ", clang::DiagnosticsEngine::Note}};
    for (const auto &severity : severities) {
      size_t at = line.find(severity.text);
      if (at == std::string::npos) continue;
      size_t columnAt = line.rfind(':', at - 1),
             rowAt = columnAt == std::string::npos ? columnAt : line.rfind(':', columnAt - 1);
      if (rowAt == std::string::npos) return;
      clang::DiagnosticsEngine::Level level = severity.level;
      if (level == clang::DiagnosticsEngine::Warning && diagnostics.getIgnoreAllWarnings()) silenced = true;
      else if (level != clang::DiagnosticsEngine::Note) silenced = false;
      if (silenced) return;
      if (level == clang::DiagnosticsEngine::Warning && diagnostics.getWarningsAsErrors())
        level = clang::DiagnosticsEngine::Error;
      say(placeOf(line.substr(0, rowAt), unsigned(std::atoi(&line[rowAt + 1])),
                  unsigned(std::atoi(&line[columnAt + 1]))),
          level, line.substr(at + std::strlen(severity.text)));
      return;
    }
  }

  clang::CompilerInstance &compiler;
  Checker checker;
  std::string problem;
  bool silenced = false;
};

class Action : public clang::PluginASTAction {
  Checker options;

  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance &compiler,
                                                        llvm::StringRef file) override {
    if (!compiler.getLangOpts().CPlusPlus || file == "-") return std::make_unique<clang::ASTConsumer>();
    if (const char *program = std::getenv("CKPTLINT"); program && program[0]) options.program = program;
    return std::make_unique<Consumer>(compiler, options, file.str());
  }

  bool ParseArgs(const clang::CompilerInstance &compiler, const std::vector<std::string> &arguments) override {
    for (const std::string &argument : arguments) {
      size_t equals = argument.find('=');
      std::string key = argument.substr(0, equals),
                  value = equals == std::string::npos ? "" : argument.substr(equals + 1);
      if (key == "program") options.program = value;
      else if (key == "W") options.options.push_back("-W" + value);
      else if (key == "checkpoint") {
        if (size_t colon = value.find(':'); colon != std::string::npos) value[colon] = '=';
        options.options.push_back("--checkpoint=" + value);
      } else {
        clang::DiagnosticsEngine &diagnostics = compiler.getDiagnostics();
        diagnostics.Report(diagnostics.getCustomDiagID(
            clang::DiagnosticsEngine::Warning, "'%0' is no option of ckptlint; there are program, checkpoint and W"))
            << key;
      }
    }
    return true;
  }

  ActionType getActionType() override { return AddBeforeMainAction; }
};

} // namespace

/* Clang does not ask a plugin what it was built for: in another version it is ignored, or crashes the compiler. So it
 * looks for itself, before Clang knows of it. */
static bool isMadeForThisClang() {
  const std::string name = clang::getClangFullVersion(); // "Debian clang version 19.1.7 (...)"
  const size_t at = name.find("version ");
  const std::string host = at == std::string::npos ? name : name.substr(at + std::strlen("version "));
  if (std::atoi(host.c_str()) == CLANG_VERSION_MAJOR) return true;
  std::fprintf(stderr,
               "ckptlint: note: this plugin was built for clang %s and this is clang %s: nothing is checked here\n",
               CLANG_VERSION_STRING, host.substr(0, host.find_first_of(" (+~-")).c_str());
  return false;
}

static const bool isRegistered = [] {
  if (!isMadeForThisClang()) return false;
  static clang::FrontendPluginRegistry::Add<Action> registration(
      "ckptlint", "checks that checkpoints fit the models that load them");
  return true;
}();
