// The table of the nodes, and the search for one.

const table = document.querySelector('table.nodes');

if (table !== null) {
  const rows = Array.from(table.tBodies[0].rows);
  let lit = null;
  table.addEventListener('click', (event) => {
    const row = event.target.closest('tbody tr');
    if (row !== null && event.target.closest('summary') === null) keepNode(rows.indexOf(row), table);
  });
  listeners.node.push((node) => {
    lit?.classList.remove('on');
    lit = node === null ? null : rows[node];
    if (!lit) return;
    lit.classList.add('on');
    if (source === table || !isKept(node)) return;
    const head = table.tHead.offsetHeight;
    bringIntoSight(table.parentElement, lit.offsetTop - head, lit.offsetTop + lit.offsetHeight, false);
  });
}

const find = document.getElementById('find');
find.addEventListener('input', () => {
  const word = find.value.trim().replace(/^%?/, '%');
  const node = data.nodes.indexOf(word);
  find.classList.toggle('none', word !== '%' && node < 0);
  keepNode(node < 0 ? null : node, find);
});
