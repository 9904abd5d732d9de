#include "target/exchange.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"

// The policy of a request, whatever carries it. Deadlines are ours, not libcurl's: its low-speed limit counts whole
// seconds, its timeout names no phase, and both count the time in its queue. The loop asks `deadline()` before each
// wait.

namespace lf::target {
namespace {

std::chrono::milliseconds since(SteadyTime from, SteadyTime to) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

Exchange::Exchange(const TargetUrl& url, const Limits& limits, std::string_view proxy, std::string_view proxy_variable)
    : url_(url), limits_(limits), proxy_(proxy), proxy_variable_(proxy_variable) {}

bool Exchange::start(Transfer& transfer, const Access& access, SteadyTime now) {
  transfer_ = &transfer;
  secrets_ = &access.secrets();
  has_credentials_ = access.has_credentials();
  has_own_authority_ = access.has_own_authority();
  answer_.clear();
  refusal_ = Refusal::kNone;
  redirects_ = 0;
  error_bytes_ = 0;
  started_ = progress_at_ = now;
  since_progress_ = 0;
  first_byte_.reset();

  auto request_url = url_.request_url(transfer.request);
  if (!request_url) {
    end(now, request_url.error());
    return false;
  }
  request_url_ = *std::move(request_url);
  return true;
}

void Exchange::note_head() {
  progress_at_ = std::chrono::steady_clock::now();
  since_progress_ = 0;
  if (!first_byte_) first_byte_ = progress_at_;
}

bool Exchange::on_header(std::string_view line) {
  note_head();
  if (!answer_.feed(line)) {
    refusal_ = Refusal::kHugeHeaders;
    return false;
  }
  if (answer_.complete() && answer_.status() == 200 && answer_.content_length().value_or(0) > limits_.max_body_bytes) {
    refusal_ = Refusal::kBodyTooLarge;
    return false;
  }
  return true;
}

bool Exchange::on_body(std::span<const std::byte> chunk) {
  Response& response = transfer_->response;
  if (answer_.status() != 200) {
    note_progress(chunk.size());
    return on_error_body(std::string_view(reinterpret_cast<const char*>(chunk.data()), chunk.size()));
  }
  const std::uint64_t size = std::min<std::uint64_t>(chunk.size(), limits_.max_body_bytes - response.body_bytes);
  response.body_bytes += size;
  if (size > 0 && !transfer_->sink(chunk.first(static_cast<std::size_t>(size)))) {
    refusal_ = Refusal::kSinkDone;
    return false;
  }
  // After the sink: the time that it takes is ours, not the target's.
  note_progress(chunk.size());
  if (size < chunk.size()) refusal_ = Refusal::kBodyTooLarge;
  return size == chunk.size();
}

void Exchange::note_progress(std::size_t bytes) {
  since_progress_ += bytes;
  if (since_progress_ < kStallBytes) return;
  since_progress_ = 0;
  progress_at_ = std::chrono::steady_clock::now();
}

bool Exchange::on_error_body(std::string_view chunk) {
  std::string& kept = transfer_->response.error_body;
  kept += chunk.substr(0, kErrorBodyBytes - std::min(kErrorBodyBytes, kept.size()));
  error_bytes_ += chunk.size();
  if (error_bytes_ <= kErrorBodyLimit) return true;
  refusal_ = Refusal::kErrorBodyDone;
  return false;
}

bool Exchange::finish(TransferFailure failure, SteadyTime now) {
  Response& response = transfer_->response;
  const int status = answer_.status();
  // To libcurl a head that the end of the connection cuts is a whole one, and what follows a 101 its body.
  if (failure.code == CURLE_OK && !answer_.complete()) failure.code = CURLE_GOT_NOTHING;
  if (failure.code == CURLE_OK && status < 200) failure.code = CURLE_WEIRD_SERVER_REPLY;
  response.error_body = secrets_->mask(std::move(response.error_body));
  if (refusal_ == Refusal::kHugeHeaders) {
    end(now, describe_huge_headers(context()));
  } else if (refusal_ == Refusal::kBodyTooLarge) {
    const std::uint64_t declared = answer_.content_length().value_or(0);
    end(now, describe_too_large(context(), limits_.max_body_bytes, declared > limits_.max_body_bytes ? declared : 0));
  } else if (refusal_ == Refusal::kSinkDone) {
    response.cut = true;
    end(now, std::nullopt);
  } else if (answer_.complete() && status != 200 && status >= 200) {
    if (is_redirect(status) && !answer_.location().empty()) return follow(now);
    end(now, describe_status(context(), answer_, response.error_body));
  } else if (failure.code != CURLE_OK) {
    failure.headers_complete = answer_.complete();
    failure.body_bytes = response.body_bytes;
    end(now, describe_failure(context(), failure));
  } else {
    end(now, std::nullopt);
  }
  return false;
}

bool Exchange::follow(SteadyTime now) {
  transfer_->response.location = secrets_->mask(without_credentials(answer_.location()));
  auto next = url_.resolve_redirect(request_url_, answer_.location());
  if (next && redirects_ == kMaxRedirects) {
    next = fail(ErrorCode::kUnreachable, format("redirects more than {} times", kMaxRedirects));
  }
  if (!next) {
    const std::string_view advice =
        next.error().message.contains("another origin") ? " (give that as -url if it is the target)" : "";
    end(now, Error{next.error().code, format("{} {}{}", url_.address(), next.error().message, advice),
                   url_.display(transfer_->request)});
    return false;
  }
  ++redirects_;
  request_url_ = *std::move(next);
  answer_.clear();
  refusal_ = Refusal::kNone;
  error_bytes_ = 0;
  transfer_->response.error_body.clear();
  transfer_->response.location.clear();
  return true;
}

Exchange::Bound Exchange::bound(Phase phase) const {
  const std::chrono::milliseconds total = limits_.timeout + transfer_->request.extra_time;
  Bound out{started_ + total, Deadline::kTotal, total};
  const auto tighten = [&](SteadyTime from, std::chrono::milliseconds limit, Deadline deadline) {
    if (from + limit < out.at) out = Bound{from + limit, deadline, limit};
  };
  const Phase now = reached(phase);
  if (now < Phase::kFirstByte) tighten(started_, limits_.connect, Deadline::kConnect);
  if (now == Phase::kBody) tighten(progress_at_, limits_.stall, Deadline::kStall);
  return out;
}

SteadyTime Exchange::deadline(Phase phase) const {
  return bound(phase).at;
}

void Exchange::time_out(Phase phase, SteadyTime now) {
  const Bound passed = bound(phase);
  end(now, describe_timeout(context(), passed.deadline, reached(phase), passed.limit, transfer_->response.body_bytes));
}

void Exchange::interrupt(SteadyTime now) {
  end(now, Error{ErrorCode::kInterrupted, "interrupted", url_.display(transfer_->request)});
}

RequestContext Exchange::context() const {
  return RequestContext{&url_, &transfer_->request, has_credentials_, has_own_authority_, proxy_, proxy_variable_};
}

void Exchange::end(SteadyTime now, std::optional<Error> error) {
  Response& response = transfer_->response;
  response.status = answer_.status() >= 200 ? answer_.status() : 0;
  response.content_type = answer_.content_type();
  response.from_pprof = answer_.from_pprof();
  response.duration = since(started_, now);
  response.first_byte = first_byte_ ? since(started_, *first_byte_) : std::chrono::milliseconds{0};
  if (error && response.status == 200 && response.body_bytes > 0) response.cut = true;
  if (error) error->message = secrets_->mask(std::move(error->message));
  response.error = std::move(error);
  transfer_ = nullptr;
}

}  // namespace lf::target
