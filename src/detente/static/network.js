// The network of states: laid out once, without motion; a state leads to its page, and shows its own ties on hover and
// focus. Wider lines are more acts; conflict is dashed as well as orange.
"use strict";

(() => {
  const box = document.getElementById("network");
  const data = JSON.parse(document.getElementById("network-data").textContent);
  const WIDTH = 960, HEIGHT = 620, STRONG = 6;
  const signed = (value) => `${value > 0 ? "+" : ""}${value.toFixed(1)}`.replace("-", "−");
  const nodes = data.nodes.map((node) => ({ ...node }));
  const byCode = new Map(nodes.map((node) => [node.code, node]));
  const links = data.edges.map((edge) => ({ ...edge, source: byCode.get(edge.first), target: byCode.get(edge.second) }));
  const most = d3.max(links, (link) => link.events);
  const radius = d3.scaleSqrt([0, d3.max(nodes, (node) => node.events)], [7, 24]);
  const width = d3.scaleSqrt([0, most], [1, 9]);
  const simulation = d3.forceSimulation(nodes).randomSource(d3.randomLcg(0.42))
    .force("link", d3.forceLink(links).distance(80).strength((link) => 0.08 + 0.25 * (link.events / most)))
    .force("charge", d3.forceManyBody().strength(-260))
    .force("x", d3.forceX(WIDTH / 2).strength(0.06))
    .force("y", d3.forceY(HEIGHT / 2).strength(0.1))
    .force("apart", d3.forceCollide((node) => radius(node.events) + 5))
    .stop();
  simulation.tick(300);
  for (const node of nodes) {
    const edge = radius(node.events) + 3;
    node.x = Math.max(edge, Math.min(WIDTH - edge, node.x));
    node.y = Math.max(edge, Math.min(HEIGHT - edge, node.y));
  }
  const svg = d3.create("svg").attr("viewBox", `0 0 ${WIDTH} ${HEIGHT}`).attr("class", "drawn").attr("role", "group")
    .attr("aria-label", "States and the acts between them");
  const ties = svg.append("g").selectAll("line").data(links).join("line")
    .attr("class", (link) => `tie ${(link.level.value ?? 0) < 0 ? "conflict" : "cooperation"}`)
    .attr("x1", (link) => link.source.x).attr("y1", (link) => link.source.y)
    .attr("x2", (link) => link.target.x).attr("y2", (link) => link.target.y)
    .style("stroke-width", (link) => `${width(link.events)}px`)
    .style("stroke-opacity", (link) => 0.2 + 0.75 * Math.min(1, Math.abs(link.level.value ?? 0) / STRONG));
  ties.append("title").text((link) => `${link.first} – ${link.second}: ${link.events} acts, mean score ${signed(link.level.value ?? 0)}`);
  const query = location.search.match(/[?&]as_of=[^&]*/);
  const dots = svg.append("g").selectAll("a").data(nodes).join("a").attr("class", "node")
    .attr("href", (node) => `/state/${encodeURIComponent(node.code)}${query ? `?${query[0].slice(1)}` : ""}`)
    .attr("transform", (node) => `translate(${node.x},${node.y})`)
    .attr("aria-label", (node) => `${node.code}: ${node.events} acts with ${node.partners} others`);
  dots.append("circle").attr("r", (node) => radius(node.events));
  dots.append("text").text((node) => node.code);
  const near = (node) => new Set([node, ...links.filter((l) => l.source === node || l.target === node).flatMap((l) => [l.source, l.target])]);
  const show = (node) => {
    const kept = node && near(node);
    ties.classed("faded", (link) => node && link.source !== node && link.target !== node);
    dots.classed("faded", (other) => node && !kept.has(other));
  };
  dots.on("mouseenter focus", (event, node) => show(node)).on("mouseleave blur", () => show(null));
  box.replaceChildren(svg.node());
  charts.exportButtons(document.getElementById("network-export"), { svg: () => svg.node() }, "network");
})();
