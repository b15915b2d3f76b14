// Interpreters: computed goto with many live machine registers, a switch loop,
// a table of handlers called through pointers, and a register machine.

typedef struct machine machine;
typedef int handler(machine *m, int argument);
struct machine {
  long stack[64];
  int depth;
  int position;
  long counter;
};

enum opcode {
  PUSH, ADD, SUBTRACT, MULTIPLY, DUPLICATE, SWAP, JUMP, JUMP_IF_ZERO, LOAD, STORE, HALT
};

// The program is trusted: each opcode is valid and the stack never under- or overflows.
long run_threaded(const int *code, long *memory) {
  static const void *const labels[] = {&&push,      &&add,  &&subtract,     &&multiply,
                                       &&duplicate, &&swap, &&jump,         &&jump_if_zero,
                                       &&load,      &&store, &&halt};
  unsigned long stack[64] = {0}, *sp = stack, top = 0;
  const int *pc = code;
#define NEXT goto *labels[*pc++]
  NEXT;
push:
  *sp++ = top;
  top = (unsigned long)*pc++;
  NEXT;
add:
  top += *--sp;
  NEXT;
subtract:
  top = *--sp - top;
  NEXT;
multiply:
  top *= *--sp;
  NEXT;
duplicate:
  *sp++ = top;
  NEXT;
swap: {
  unsigned long kept = sp[-1];
  sp[-1] = top;
  top = kept;
  NEXT;
}
jump:
  pc = code + *pc;
  NEXT;
jump_if_zero: {
  int target = *pc++;
  if (top == 0)
    pc = code + target;
  top = *--sp;
  NEXT;
}
load:
  *sp++ = top;
  top = (unsigned long)memory[*pc++];
  NEXT;
store:
  memory[*pc++] = (long)top;
  top = *--sp;
  NEXT;
halt:
  return (long)top;
#undef NEXT
}

long run_switch(const int *code, long *memory, int budget) {
  unsigned long stack[64] = {0};
  int sp = 0, pc = 0;
  while (budget-- > 0) {
    switch ((enum opcode)code[pc++]) {
    case PUSH: stack[++sp] = (unsigned long)code[pc++]; break;
    case ADD: sp--, stack[sp] += stack[sp + 1]; break;
    case SUBTRACT: sp--, stack[sp] -= stack[sp + 1]; break;
    case MULTIPLY: sp--, stack[sp] *= stack[sp + 1]; break;
    case DUPLICATE: stack[sp + 1] = stack[sp], sp++; break;
    case SWAP: {
      unsigned long kept = stack[sp];
      stack[sp] = stack[sp - 1];
      stack[sp - 1] = kept;
      break;
    }
    case JUMP: pc = code[pc]; break;
    case JUMP_IF_ZERO: pc = stack[sp--] == 0 ? code[pc] : pc + 1; break;
    case LOAD: stack[++sp] = (unsigned long)memory[code[pc++]]; break;
    case STORE: memory[code[pc++]] = (long)stack[sp--]; break;
    case HALT: return (long)stack[sp];
    }
  }
  return -1;
}

static int do_push(machine *m, int argument) {
  if (m->depth >= 64)
    return 0;
  m->stack[m->depth++] = argument;
  return 1;
}

static int do_add(machine *m, int argument) {
  if (m->depth < 2)
    return 0;
  m->depth--;
  unsigned long sum = (unsigned long)m->stack[m->depth - 1] + (unsigned long)m->stack[m->depth];
  m->stack[m->depth - 1] = (long)(sum + (unsigned long)argument);
  return 1;
}

static int do_loop(machine *m, int argument) {
  if (m->counter-- > 0)
    m->position = argument;
  return 1;
}

static int do_stop(machine *m, int argument) { return 0; }

static handler *const handlers[4] = {do_push, do_add, do_loop, do_stop};

long run_handlers(machine *m, const unsigned *code) {
  unsigned word;
  do
    word = code[m->position++];
  while (handlers[word & 3](m, (int)(word >> 2)));
  return m->depth > 0 ? m->stack[m->depth - 1] : 0;
}

// Fields: operation 0-7, three registers of 4 bits each.
int run_register_machine(const unsigned *code, int n, unsigned r[16]) {
  int steps = 0;
  for (int pc = 0; pc >= 0 && pc < n && steps < 100000; steps++) {
    unsigned word = code[pc++];
    unsigned *d = &r[word >> 8 & 15], a = r[word >> 4 & 15], b = r[word & 15];
    switch (word >> 12 & 7) {
    case 0: *d = a + b; break;
    case 1: *d = a - b; break;
    case 2: *d = a * b; break;
    case 3: *d = b ? a / b : 0; break;
    case 4: *d = a << (b & 31); break;
    case 5: *d = a ^ b; break;
    case 6: pc += a < b ? (int)(word >> 16 & 255) - 128 : 0; break;
    default: return steps;
    }
  }
  return steps;
}
