#include "target/curl_library.h"

#include <dlfcn.h>

#include "base/format.h"

// libcurl brings some thirty libraries and six milliseconds of loading. What reads files or prints help must not pay
// for that, so it is loaded with the first live target. The types come from its own header; a function that the
// installed library lacks is a clear error, not a crash.

namespace lf::target {
namespace {

constexpr const char* kLibraryName = "libcurl.so.4";

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

bool find_all(void* library, CurlLibrary& curl) {
  return find(library, "curl_global_init", curl.global_init) && find(library, "curl_easy_init", curl.easy_init) &&
         find(library, "curl_easy_reset", curl.easy_reset) && find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
         find(library, "curl_easy_setopt", curl.easy_set) && find(library, "curl_easy_getinfo", curl.easy_ask) &&
         find(library, "curl_easy_strerror", curl.easy_error_text) &&
         find(library, "curl_slist_append", curl.list_append) && find(library, "curl_slist_free_all", curl.list_free) &&
         find(library, "curl_share_init", curl.share_init) && find(library, "curl_share_setopt", curl.share_set) &&
         find(library, "curl_share_cleanup", curl.share_cleanup) && find(library, "curl_multi_init", curl.multi_init) &&
         find(library, "curl_multi_cleanup", curl.multi_cleanup) &&
         find(library, "curl_multi_setopt", curl.multi_set) && find(library, "curl_multi_add_handle", curl.multi_add) &&
         find(library, "curl_multi_remove_handle", curl.multi_remove) &&
         find(library, "curl_multi_perform", curl.multi_perform) && find(library, "curl_multi_poll", curl.multi_poll) &&
         find(library, "curl_multi_info_read", curl.multi_next_message);
}

Result<CurlLibrary> load() {
  // Never unloaded: OpenSSL and libcurl keep state that must outlive every handle.
  void* library = ::dlopen(kLibraryName, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    return fail(
        ErrorCode::kInternal,
        format("{} is needed for live targets and can't be loaded (install the package libcurl4)", kLibraryName));
  }
  CurlLibrary curl;
  if (!find_all(library, curl)) {
    return fail(ErrorCode::kInternal, format("{} is too old (7.87 or newer is needed)", kLibraryName));
  }
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return fail(ErrorCode::kInternal, format("{} does not start", kLibraryName));
  }
  return curl;
}

}  // namespace

Result<const CurlLibrary*> load_curl() {
  static const Result<CurlLibrary> loaded = load();
  if (!loaded) return std::unexpected(loaded.error());
  return &*loaded;
}

void HeaderList::append(const std::string& line) {
  curl_slist* longer = curl_->list_append(list_.get(), line.c_str());
  if (longer == nullptr) return;
  static_cast<void>(list_.release());
  list_.reset(longer);
}

long EasyHandle::ask_number(CURLINFO info) const {
  long value = 0;
  curl_->easy_ask(handle_.get(), info, &value);
  return value;
}

curl_off_t EasyHandle::ask_large(CURLINFO info) const {
  curl_off_t value = 0;
  curl_->easy_ask(handle_.get(), info, &value);
  return value;
}

void* EasyHandle::ask_pointer(CURLINFO info) const {
  void* value = nullptr;
  curl_->easy_ask(handle_.get(), info, &value);
  return value;
}

ShareHandle::ShareHandle(const CurlLibrary& curl) : handle_(curl.share_init(), curl.share_cleanup) {
  curl.share_set(handle_.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

}  // namespace lf::target
