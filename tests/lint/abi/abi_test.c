/* Prints the size of every struct of plugin.h and where each member lies, for abi_1.txt. */
#include "roomd/plugin.h"

#include <stdio.h>

#define SIZE(type) printf("%s size %zu\n", #type, sizeof(type))
#define AT(type, member)                                                                           \
    printf("%s.%s at %zu, %zu long\n", #type, #member, offsetof(type, member),                     \
           sizeof(((type *)0)->member))
#define NUMBER(name) printf("%s = %ld\n", #name, (long)(name))

int main(void) {
#include "members.inc"
    return 0;
}
