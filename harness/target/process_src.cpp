// The one place where Boost.Process v2 and the parts of Asio that it needs are compiled.
#include <boost/asio/impl/src.hpp>
#include <boost/process/v2/src.hpp>
