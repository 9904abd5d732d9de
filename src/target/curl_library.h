#pragma once

#include <memory>
#include <string>

#include <curl/curl.h>

#include "base/error.h"

namespace lf::target {

/// The functions of libcurl that we call, found in the library at run time. `set` is variadic: call it through
/// `EasyHandle`, whose overloads fix the types.
struct CurlLibrary {
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_reset) easy_reset = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_setopt) easy_set = nullptr;
  decltype(&::curl_easy_getinfo) easy_ask = nullptr;
  decltype(&::curl_easy_strerror) easy_error_text = nullptr;
  decltype(&::curl_slist_append) list_append = nullptr;
  decltype(&::curl_slist_free_all) list_free = nullptr;
  decltype(&::curl_share_init) share_init = nullptr;
  decltype(&::curl_share_setopt) share_set = nullptr;
  decltype(&::curl_share_cleanup) share_cleanup = nullptr;
  decltype(&::curl_multi_init) multi_init = nullptr;
  decltype(&::curl_multi_cleanup) multi_cleanup = nullptr;
  decltype(&::curl_multi_setopt) multi_set = nullptr;
  decltype(&::curl_multi_add_handle) multi_add = nullptr;
  decltype(&::curl_multi_remove_handle) multi_remove = nullptr;
  decltype(&::curl_multi_perform) multi_perform = nullptr;
  decltype(&::curl_multi_poll) multi_poll = nullptr;
  decltype(&::curl_multi_info_read) multi_next_message = nullptr;
};

/// Loads libcurl and prepares it, once a process; the library stays loaded. Any thread may call it. Fails with
/// kInternal where it is not installed.
[[nodiscard]] Result<const CurlLibrary*> load_curl();

/// A list of header lines that lives as long as the transfer that uses it.
class HeaderList {
 public:
  explicit HeaderList(const CurlLibrary& curl) : curl_(&curl), list_(nullptr, curl.list_free) {}
  void append(const std::string& line);
  curl_slist* list() const { return list_.get(); }

 private:
  const CurlLibrary* curl_;
  std::unique_ptr<curl_slist, decltype(CurlLibrary::list_free)> list_;
};

/// One transfer's handle, with options and answers of checked types.
class EasyHandle {
 public:
  explicit EasyHandle(const CurlLibrary& curl) : curl_(&curl), handle_(curl.easy_init(), curl.easy_cleanup) {}

  /// Forgets all options; connections, DNS and TLS caches stay.
  void reset() { curl_->easy_reset(handle_.get()); }

  using WriteFunction = std::size_t (*)(char*, std::size_t, std::size_t, void*);
  using TlsFunction = CURLcode (*)(CURL*, void*, void*);
  void set_number(CURLoption option, long value) { curl_->easy_set(handle_.get(), option, value); }
  void set_large(CURLoption option, curl_off_t value) { curl_->easy_set(handle_.get(), option, value); }
  void set_text(CURLoption option, const char* value) { curl_->easy_set(handle_.get(), option, value); }
  void set_text(CURLoption option, const std::string& value) { set_text(option, value.c_str()); }
  void set_pointer(CURLoption option, void* value) { curl_->easy_set(handle_.get(), option, value); }
  void set_function(CURLoption option, WriteFunction value) { curl_->easy_set(handle_.get(), option, value); }
  void set_function(CURLoption option, TlsFunction value) { curl_->easy_set(handle_.get(), option, value); }

  long ask_number(CURLINFO info) const;
  curl_off_t ask_large(CURLINFO info) const;
  void* ask_pointer(CURLINFO info) const;

  CURL* handle() const { return handle_.get(); }
  const CurlLibrary& curl() const { return *curl_; }

 private:
  const CurlLibrary* curl_;
  std::unique_ptr<CURL, decltype(CurlLibrary::easy_cleanup)> handle_;
};

/// The event loop and its connection pool.
class MultiHandle {
 public:
  explicit MultiHandle(const CurlLibrary& curl) : handle_(curl.multi_init(), curl.multi_cleanup) {}
  CURLM* handle() const { return handle_.get(); }
  /// Closes its idle connections; no transfer may be in it.
  void close() { handle_.reset(); }

 private:
  std::unique_ptr<CURLM, decltype(CurlLibrary::multi_cleanup)> handle_;
};

/// What the transfers of one pool share: TLS sessions. (Connections and names are shared by the event loop.)
class ShareHandle {
 public:
  explicit ShareHandle(const CurlLibrary& curl);
  CURLSH* handle() const { return handle_.get(); }

 private:
  std::unique_ptr<CURLSH, decltype(CurlLibrary::share_cleanup)> handle_;
};

}  // namespace lf::target
