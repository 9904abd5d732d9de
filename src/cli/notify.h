#pragma once

#include "base/error.h"
#include "base/stop.h"
#include "cli/options.h"
#include "model/report.h"

namespace lf::cli {

/// Checks -notify without sending anything. Fails with kUsage; the message shows no secret.
[[nodiscard]] Result<void> check_notify(const Options& options);

/// Posts `report` to the webhook of -notify, in the form that suits it; nothing where that form has nothing to say.
/// Errors as of `target::post`.
[[nodiscard]] Result<void> notify(const Options& options, const Report& report, const Stop& stop);

}  // namespace lf::cli
