'use strict';
(() => {
  // Sorting: a click on a heading sorts the body of its table, another turns it round.
  const numberOf = text => parseFloat(text.replace(/−/g, '-').replace(/^[≈+]/, ''));
  const collator = new Intl.Collator('en', {numeric: true});
  const order = (a, b) => {
    const [x, y] = [numberOf(a), numberOf(b)];
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return Number.isNaN(x) ? collator.compare(a, b) : x - y;
  };
  for (const heading of document.querySelectorAll('thead th')) {
    heading.querySelector('button').addEventListener('click', () => {
      const table = heading.closest('table');
      const isDescending = heading.getAttribute('aria-sort') === 'ascending';
      const compare = heading.classList.contains('n') ? order : collator.compare;
      const rows = [...table.tBodies[0].rows];
      const text = row => row.cells[heading.cellIndex].textContent;
      rows.sort((a, b) => compare(text(a), text(b)));
      if (isDescending) rows.reverse();
      table.tBodies[0].append(...rows);
      table.querySelectorAll('thead th').forEach(other => other.removeAttribute('aria-sort'));
      heading.setAttribute('aria-sort', isDescending ? 'descending' : 'ascending');
    });
  }

  const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const dataOf = box => JSON.parse(box.querySelector('script').textContent);

  // What lies under the pointer.
  const tip = document.createElement('div');
  tip.id = 'tip';
  tip.setAttribute('role', 'status');
  document.body.append(tip);
  const show = (event, text) => {
    tip.textContent = text;
    tip.style.display = text ? 'block' : 'none';
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8)}px`;
  };
  const hide = () => { tip.style.display = 'none'; };

  // Matrices: a shade for every two names.
  const RAMP = ['#ffffff', '#d0e4f6', '#82b4e2', '#2f6fb0', '#08306b'].map(color => [1, 3, 5].map(at => parseInt(color.slice(at, at + 2), 16)));
  const shade = share => {
    const place = share * (RAMP.length - 1), below = Math.min(Math.floor(place), RAMP.length - 2);
    return RAMP[below].map((low, at) => low + (RAMP[below + 1][at] - low) * (place - below));
  };
  for (const box of document.querySelectorAll('.matrix')) {
    const {down, across, shades} = dataOf(box), values = bytes(shades), canvas = box.querySelector('canvas');
    [canvas.width, canvas.height] = [across.length, down.length];
    canvas.style.imageRendering = 'pixelated';
    const context = canvas.getContext('2d'), image = context.createImageData(across.length, down.length);
    values.forEach((value, at) => image.data.set([...shade(value / 255), 255], 4 * at));
    context.putImageData(image, 0, 0);
    canvas.addEventListener('pointermove', event => {
      const area = canvas.getBoundingClientRect();
      const column = Math.floor((event.clientX - area.left) / area.width * across.length);
      const row = Math.floor((event.clientY - area.top) / area.height * down.length);
      const value = values[row * across.length + column];
      show(event, value === undefined ? '' : `${down[row]} picks ${across[column]}: ${((value / 255) ** 2).toFixed(3)}`);
    });
    canvas.addEventListener('pointerleave', hide);
  }
})();
