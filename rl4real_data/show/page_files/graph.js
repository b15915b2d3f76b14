// The interference graph: neighbours light up, the rest steps back; zooming, and moving by dragging.

const graph = document.getElementById('graph');

function svgElement(name, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

if (graph !== null) {
  const NAMED = 60; // more names than these would cover each other
  const sheet = graph.parentElement;
  const box = sheet.parentElement;
  const marks = Array.from(graph.querySelector('.marks').children);
  const radius = Number(graph.dataset.radius);
  const centres = marks.map((mark) => {
    const area = mark.getBBox();
    return [area.x + area.width / 2, area.y + area.height / 2];
  });

  // What is lit is drawn anew over the drawing, which fades as a whole and need not be painted again.
  const lit = svgElement('svg', { id: 'lit', viewBox: graph.getAttribute('viewBox') });
  sheet.append(lit);

  function scale() {
    return graph.getBoundingClientRect().width / graph.viewBox.baseVal.width;
  }

  // The node nearest to the pointer, if it is near: a finger is wider than a node of a large graph.
  function under(event) {
    const area = graph.getBoundingClientRect();
    const by = scale();
    const [x, y] = [(event.clientX - area.left) / by, (event.clientY - area.top) / by];
    let nearest = null;
    let least = Math.max(radius + 2, 10 / by);
    centres.forEach(([a, b], node) => {
      const distance = Math.hypot(a - x, b - y);
      if (distance < least) [nearest, least] = [node, distance];
    });
    return nearest;
  }

  // Names under the nodes, legible however small the graph is drawn; one that would cover another is left out.
  function names(nodes) {
    const size = 11 / Math.min(scale(), 1);
    const taken = [];
    return nodes.flatMap((node) => {
      const [x, y] = [centres[node][0], centres[node][1] + radius + size];
      const half = 0.33 * size * data.nodes[node].length;
      if (taken.some(([a, b, width]) => Math.abs(a - x) < width + half && Math.abs(b - y) < size)) return [];
      taken.push([x, y, half]);
      const label = svgElement('text', { class: 'l', x, y, style: `font-size:${size}px` });
      label.textContent = data.nodes[node];
      return [label];
    });
  }

  graph.addEventListener('pointermove', (event) => pointNode(under(event), graph));
  graph.addEventListener('pointerleave', () => pointNode(null, graph));
  graph.addEventListener('click', (event) => {
    if (!isDragged) keepNode(under(event), graph);
  });

  function spokes(node) {
    const [x, y] = centres[node];
    return svgElement('path', {
      class: 'spokes',
      d: neighbours[node].map((one) => `M${x} ${y}L${centres[one][0]} ${centres[one][1]}`).join(''),
    });
  }

  listeners.node.push((node) => {
    graph.classList.toggle('dim', node !== null);
    if (node === null) {
      lit.replaceChildren();
      return;
    }
    const [x, y] = centres[node];
    const near = [...neighbours[node], node];
    const halo = svgElement('circle', { class: 'halo', cx: x, cy: y, r: Math.max(1.9 * radius, 8 / scale()) });
    const named = near.length <= NAMED ? [node, ...neighbours[node]] : [node];
    lit.replaceChildren(spokes(node), halo, ...near.map((one) => marks[one].cloneNode()), ...names(named));
    if (source === graph || !isKept(node)) return;
    const by = scale();
    bringIntoSight(box, x * by - 20, x * by + 20, true);
    bringIntoSight(box, y * by - 20, y * by + 20, false);
  });

  // The zoom keeps what is in the middle of the box there.
  function zoom(way) {
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = box;
    const before = graph.getBoundingClientRect().width;
    const wide = way === 'fit' ? null : Math.min(Math.max(before * (way === 'in' ? 1.4 : 1 / 1.4), 200), 12000);
    box.classList.toggle('zoomed', wide !== null);
    sheet.style.width = wide === null ? '' : `${wide}px`;
    const by = graph.getBoundingClientRect().width / before;
    box.scrollLeft = (scrollLeft + clientWidth / 2) * by - clientWidth / 2;
    box.scrollTop = (scrollTop + clientHeight / 2) * by - clientHeight / 2;
  }

  for (const button of document.querySelectorAll('[data-zoom]')) {
    button.addEventListener('click', () => zoom(button.dataset.zoom));
  }
  box.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 'in' : 'out');
  }, { passive: false });
  box.addEventListener('keydown', (event) => {
    const way = { '+': 'in', '=': 'in', '-': 'out', 0: 'fit' }[event.key];
    if (way !== undefined && !event.ctrlKey && !event.metaKey) zoom(way);
  });

  let grip = null;
  let isDragged = false;
  box.addEventListener('pointerdown', (event) => {
    isDragged = false;
    if (event.pointerType === 'mouse') grip = [event.clientX + box.scrollLeft, event.clientY + box.scrollTop];
  });
  window.addEventListener('pointerup', () => { grip = null; });
  box.addEventListener('pointermove', (event) => {
    if (grip === null) return;
    const [left, top] = [grip[0] - event.clientX, grip[1] - event.clientY];
    if (Math.abs(left - box.scrollLeft) + Math.abs(top - box.scrollTop) > 4) isDragged = true;
    if (isDragged) box.scrollTo(left, top);
  });
}
