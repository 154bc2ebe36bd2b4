#include "harness/model/run_report.hpp"
