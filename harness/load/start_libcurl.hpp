#pragma once

namespace leakcheck::load {

/// libcurl's own set-up, once a process. SIGPIPE is ignored from then on, if nobody handles it:
/// libcurl would otherwise change the signal around every request.
void start_libcurl();

}  // namespace leakcheck::load
