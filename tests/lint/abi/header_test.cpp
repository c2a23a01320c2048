#include "roomd/plugin.h"

int main(void) {
    return ROOMD_ABI_MAJOR == 1 ? 0 : 1;
}
