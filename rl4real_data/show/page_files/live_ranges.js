// The live ranges: a column where the instruction is, a band where the node is.

const live = document.getElementById('live');
const rowOrder = []; // the node of each row

if (live !== null) {
  const box = document.getElementById('ranges');
  const [step, row] = ['step', 'row'].map((name) => Number(live.dataset[name]));
  const rows = Array.from(live.querySelectorAll('g[data-n]'));
  rowOrder.push(...rows.map((one) => Number(one.dataset.n)));
  const places = new Map(rowOrder.map((node, place) => [node, place]));
  // They lie over the drawing, which is large and need not be painted again when they move.
  const column = overlay('column', Math.max(step, 2), live.height.baseVal.value);
  const band = overlay('band', live.width.baseVal.value, row);

  function showRow(place) {
    bringIntoSight(box, row * place, row * (place + 1) + box.querySelector('.head').clientHeight, false);
  }

  // The last row that begins there or before: rows are in that order, so what is live there stands about it.
  function rowThatBeginsAt(at) {
    const later = rowOrder.findIndex((node) => data.first[node] > at);
    return Math.max(0, (later < 0 ? rowOrder.length : later) - 1);
  }

  function overlay(name, width, height) {
    const made = document.createElement('i');
    made.className = name;
    made.style.width = `${width}px`;
    made.style.height = `${height}px`;
    live.parentElement.append(made);
    return made;
  }

  const under = (event) => {
    const area = live.getBoundingClientRect();
    const place = Math.floor((event.clientY - area.top) / row);
    const at = Math.floor((event.clientX - area.left) / step);
    return [at >= 0 && at < data.instructions ? at : null, rowOrder[place] ?? null];
  };
  live.addEventListener('pointermove', (event) => {
    const [at, node] = under(event);
    pointAt(at, box);
    pointNode(node, box);
  });
  box.addEventListener('pointerover', (event) => {
    if (!live.contains(event.target)) pointNode(nodeOf(event.target), box);
  });
  box.addEventListener('pointerleave', () => {
    pointAt(null, box);
    pointNode(null, box);
  });
  live.addEventListener('click', (event) => {
    const [at, node] = under(event);
    keepAt(at, box);
    keepNode(node, box);
  });

  listeners.at.push((at) => {
    column.style.display = at === null ? 'none' : 'block';
    if (at === null) return;
    column.style.transform = `translateX(${at * step}px)`;
    const names = box.querySelector('.names').clientWidth;
    if (source === box) return;
    bringIntoSight(box, at * step, at * step + names + 30, true);
    if (selection.at === null && shownNode() === null) showRow(rowThatBeginsAt(at));
  });
  listeners.node.push((node) => {
    const place = places.get(node);
    band.style.display = place === undefined ? 'none' : 'block';
    if (place === undefined) return;
    band.style.transform = `translateY(${row * place}px)`;
    if (source === box || !isKept(node)) return;
    showRow(place);
    const { x } = rows[place].getBBox();
    bringIntoSight(box, x - 20, x + 60 + box.querySelector('.names').clientWidth, true);
  });
}
