#include "cli/man_page.h"

#include "base/format.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/flag.h"
#include "cli/version.h"

namespace lf::cli {
namespace {

/// Running text: no request (a dot or quote in the first column), no escape; hyphens stay ASCII so that flags can be
/// copied.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if ((c == '.' || c == '\'') && out.empty()) out += "\\&";
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string heading(std::string_view name) {
  return format(".SH {}\n", name);
}

/// A term and what it means.
std::string item(std::string_view term, std::string_view text) {
  return format(".TP\n{}\n{}\n", term, roff(text));
}

std::string example_lines(const Command& command) {
  std::string out = ".PP\n.EX\n";
  for (const std::string_view example : command.examples) out += roff(example) + '\n';
  return out + ".EE\n";
}

std::string command_part(const Command& command) {
  std::string out = format(".SS {}\n.B leakfinder {}\n", roff(command.name), roff(command.name));
  if (command.input != Input::kNothing) out += "[flags]\n";
  if (!command.arguments.empty()) out += format(".I {}\n", roff(command.arguments));
  return out + ".PP\n" + roff(command.detail) + '\n' + example_lines(command);
}

std::string flag_part(const Flag& flag) {
  std::string term = format("\\fB\\-{}\\fR", roff(flag.name));
  if (flag.kind != FlagKind::kBool) term += format("=\\fI{}\\fR", roff(flag.value_name));
  std::string text = std::string(flag.brief) + '.';
  if (!flag.choices.empty()) {
    std::string words;
    for (const char c : flag.choices) words += c == '|' ? std::string(", ") : std::string(1, c);
    text += format(" One of {}.", words);
  }
  if (flag.kind == FlagKind::kList) text += " A list: several add up.";
  if (!flag.default_text.empty()) text += format(" Default: {}.", flag.default_text);
  if (!flag.commands.empty()) text += format(" Only for {}.", flag.commands);
  if (!flag.environment.empty()) text += format(" Also from {}.", flag.environment);
  return item(term, text);
}

constexpr std::string_view kDescription =
    "finds goroutine leaks and memory leaks in any Go program that serves net/http/pprof, from outside, without "
    "touching its code; and offline, in saved profiles, goroutine dumps and crash logs. It names the line that leaks, "
    "says why it is a leak, and what to do.";

constexpr std::string_view kArguments =
    "A positional argument is a target when it is a URL, host:port or :port; else it is a file, and - is the standard "
    "input. The kind of a file is recognised by its content. Several files of one kind are samples in time order.";

constexpr std::string_view kFlags =
    "Flags follow Go's conventions: -name=value, -name value, --name; booleans -name, -name=false; before and after "
    "the command; -- ends them. Durations are 500ms, 1m30s, 2h. Sizes are MiB unless a unit is given: 512MiB, 2GiB, "
    "1GB. Of a repeated flag the last value wins; lists add up.";

constexpr std::string_view kEnvironment =
    "Every flag also comes from LEAKFINDER_<NAME>, its name in upper case with underscores for dashes. A flag wins "
    "over the environment, the environment over the configuration file, the file over the default. -verbose shows "
    "each value that is not a default and where it came from.";

}  // namespace

std::string man_page() {
  std::string out = format(".TH LEAKFINDER 1 \"\" \"leakfinder {}\" \"User Commands\"\n", version());
  out += heading("NAME") + "leakfinder \\- find goroutine and memory leaks in Go programs from outside\n";
  out += heading("SYNOPSIS") + ".B leakfinder\n[flags]\n.I COMMAND\n[flags]\n[\\fITARGET\\fR | \\fIFILE\\fR...]\n";
  out += heading("DESCRIPTION") + ".B leakfinder\n" + roff(kDescription) + "\n.PP\n" + roff(kArguments) + '\n';
  out += heading("COMMANDS");
  for (const Command& command : commands()) out += command_part(command);
  out += heading("FLAGS") + roff(kFlags) + '\n';
  for (const FlagCategory& category : flag_categories()) {
    out += format(".SS {}\n", roff(category.title));
    for (const Flag& flag : category.flags) out += flag_part(flag);
  }
  out += heading("EXIT STATUS");
  for (const ExitMeaning& meaning : exit_meanings()) out += item(format("\\fB{}\\fR", meaning.code), meaning.brief);
  out += heading("ENVIRONMENT") + roff(kEnvironment) + '\n';
  out += item("\\fBLEAKFINDER_PASSWORD\\fR", "The password for -user, where -password-file is not given.");
  out += item("\\fBNO_COLOR\\fR", "Any value but the empty one turns colours off, unless -color says otherwise.");
  out += item("\\fBHTTP_PROXY\\fR, \\fBHTTPS_PROXY\\fR, \\fBNO_PROXY\\fR", "The proxy, where -proxy is not given.");
  out += heading("FILES") +
         item("\\fIleakfinder.yaml\\fR",
              "Settings by flag name, read from the working directory where it is there and -config names no other.");
  return out + heading("SEE ALSO") + ".BR go (1),\n.BR curl (1)\n";
}

}  // namespace lf::cli
