// The lines of machine IR: the one that is the instruction, and those that name the node.

const code = document.getElementById('code');

if (code !== null) {
  const lines = code.querySelectorAll('[data-i]');
  const names = new Map();
  for (const name of code.querySelectorAll('b')) {
    const node = Number(name.dataset.n);
    if (!names.has(node)) names.set(node, []);
    names.get(node).push(name);
  }
  const LINE = 18; // pixels, as in the style sheet
  let lit = null;
  let lined = [];
  const instructionOf = (element) => {
    const line = element.closest('[data-i]');
    return line === null ? null : Number(line.dataset.i);
  };

  // By places in the block, whose height is known although a block out of sight is not laid out.
  function scrollTo(line) {
    const start = line.parentElement.offsetTop - code.offsetTop + LINE * Array.prototype.indexOf.call(line.parentElement.children, line);
    bringIntoSight(code, start, start + LINE, false);
  }

  code.addEventListener('pointerover', (event) => {
    pointAt(instructionOf(event.target), code);
    pointNode(nodeOf(event.target), code);
  });
  code.addEventListener('pointerleave', () => {
    pointAt(null, code);
    pointNode(null, code);
  });
  code.addEventListener('click', (event) => {
    if (String(document.getSelection()) !== '') return; // somebody marks text
    const node = nodeOf(event.target);
    if (node !== null) keepNode(node, code);
    keepAt(instructionOf(event.target), code);
  });

  listeners.at.push((at) => {
    lit?.classList.remove('on');
    lit = at === null ? null : lines[at];
    if (!lit) return;
    lit.classList.add('on');
    if (source !== code) scrollTo(lit);
  });
  listeners.node.push((node) => {
    for (const name of lined) name.classList.remove('on');
    lined = names.get(node) ?? [];
    for (const name of lined) name.classList.add('on');
    if (lined.length > 0 && source !== code && isKept(node) && shownAt() === null) scrollTo(lined[0].parentElement);
  });
}
