// Does nothing until its input ends.
#include <unistd.h>

int main(void) {
  char c;
  while (read(0, &c, 1) == 1)
    if (write(1, &c, 1) != 1) return 1;
}
