#include "harness/explain/rules.hpp"

namespace leakcheck::explain {

std::vector<std::string> advise(model::Pattern pattern, std::string_view variant) {
  using model::Pattern;
  switch (pattern) {
    case Pattern::collection:
      if (variant == "chain")
        return {"Cut the chain: drop the link to the one before, or keep the last few only."};
      if (variant == "text")
        return {"Write the text out as it comes (a stream, a logger), or keep the last lines only.",
                "Text that is appended is a tree of its pieces: [...].join('') makes one string."};
      if (variant == "numbers")
        return {"Keep the last few values, or a histogram of them, instead of all."};
      return {
          "Bound it: a least-recently-used cache with a maximum (lru-cache: max), or a time to "
          "live;",
          "or delete the entry where its work ends, and use a WeakMap for data about an object."};
    case Pattern::closure_over_request:
      if (variant == "async")
        return {
            "The call waits for something that never comes: settle it on 'close' of the "
            "response, or race it with a timeout.",
            "Take what is needed from the request before the first await."};
      if (variant == "timer")
        return {
            "Call clearTimeout() on 'close' of the response.",
            "Take what the callback needs out of the request first, so that it keeps only that."};
      return {
          "Capture only what is needed: copy the field (const { url } = request) before the "
          "function is made.",
          "Remove the entry when the response ends: response.on('close', …)."};
    case Pattern::buffer:
      return {
          "Write the bytes where they belong (a stream, a file) and drop them, or bound the "
          "total: lru-cache with maxSize.",
          "Of a small part keep a copy, Buffer.from(part): a slice keeps its whole buffer."};
    case Pattern::emitter:
      return {
          "Remove the listener when its work is done: off(), once(), or on() with the signal of "
          "an AbortController;",
          "or register it once at start-up, outside of the handler."};
    case Pattern::timer:
      if (variant == "interval")
        return {
            "Keep what setInterval() returns, and call clearInterval() when its work ends "
            "(response.on('close', …))."};
      return {
          "Keep what setTimeout() returns, and call clearTimeout() as soon as it is not needed."};
    case Pattern::promise:
      if (variant == "reactions")
        return {"Promise.race() with a promise that lives on adds a reaction to it every time.",
                "Make the long-lived one an event or an AbortSignal, and remove the listener after "
                "each race."};
      return {
          "Settle it in every case: reject on a timeout (AbortSignal.timeout) and on 'close', and "
          "delete its entry.",
          "What awaits it is kept with all of its variables until then."};
    case Pattern::abort_signal:
      return {
          "Call removeEventListener() when the work is done; { once: true } removes it only when "
          "it is called.",
          "Or give each piece of work an AbortController of its own, aborted at its end."};
    case Pattern::duplicate_strings:
      return {
          "Keep one copy of each text and share it: look it up in a Map of those known (bounded), "
          "or keep a number for it."};
    case Pattern::sliced_strings:
      return {
          "Copy the part, so that the long string can go: Buffer.from(part).toString(), or "
          "structuredClone(part);",
          "JSON.parse(JSON.stringify(part)) does it too. slice(), match() and split() only point."};
    case Pattern::context:
      return {
          "Functions of one scope share one context: make this one in a function of its own, "
          "outside of that scope,",
          "or set the large variable to null when it is done with."};
    case Pattern::unknown:
      return {"Look at its path: the last name of your own on it is what holds it."};
  }
  return {};
}

}  // namespace leakcheck::explain
