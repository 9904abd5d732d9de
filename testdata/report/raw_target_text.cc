// Target text written out raw: does not compile with LF_MUST_NOT_COMPILE (cmake/must_not_compile.cmake).
#include "report/escape.h"
#include "report/report_writer.h"

lf::Result<void> write_function(const lf::SourceLine& site, lf::report::Sink& sink) {
#ifdef LF_MUST_NOT_COMPILE
  return sink.write(site.function);
#else
  return sink.write(lf::report::for_terminal(site.function));
#endif
}
