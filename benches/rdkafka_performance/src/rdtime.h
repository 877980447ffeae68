/* librdkafka's performance program looks for its clock here. */
#include "rd.h"
