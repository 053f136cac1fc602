// Makes smooth what works without it: answers come without a new page, documents open beside, quotations are copied.
"use strict";

(() => {
  const wide = window.matchMedia("(min-width: 64rem)");
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");
  const byId = (id) => document.getElementById(id);

  async function load(address, options) {
    const response = await fetch(address, { credentials: "same-origin", ...options });
    return { page: parse(await response.text()), ok: response.ok };
  }

  // Takes the children of one element of a new page in place of those here.
  function take(page, id) {
    const [from, to] = [page.getElementById(id), byId(id)];
    if (!from || !to) return false;
    to.replaceChildren(...document.importNode(from, true).childNodes);
    offerToCopy(to);
    return from;
  }

  function say(words) {
    const where = byId("melding");
    if (where) where.textContent = words;
  }

  // A question, or what somebody thinks of an answer.
  async function send(form, button) {
    const body = new URLSearchParams(new FormData(form));
    if (button && button.name) body.set(button.name, button.value);
    const field = form.querySelector("input[type=text]");
    form.setAttribute("aria-busy", "true");
    try {
      const { page, ok } = await load(form.getAttribute("action"), { method: "POST", body });
      const taken = ok && take(page, form.dataset.swap);
      if (!taken) throw new Error("no answer");
      if (form.classList.contains("ask")) {
        field.value = "";
        const label = page.querySelector("form.ask label");
        if (label) form.querySelector("label").textContent = label.textContent;
        field.focus();
        say(taken.dataset.said || "");
      } else {
        const turn = form.elements.namedItem("turn");
        const answer = turn && byId("svar-" + turn.value);
        const next = answer && (answer.querySelector(".reason input[type=text]") || answer.querySelector(".judge [aria-pressed]"));
        if (next) next.focus();
      }
    } catch {
      // The page itself tells what is wrong.
      if (button && button.name) {
        const hidden = document.createElement("input");
        Object.assign(hidden, { type: "hidden", name: button.name, value: button.value });
        form.append(hidden);
      }
      form.submit();
    } finally {
      form.removeAttribute("aria-busy");
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.swap) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") !== "true") send(form, event.submitter);
  });

  // A document beside the page.
  async function open(address, remember) {
    const { page, ok } = await load(address);
    const columns = document.querySelector(".columns");
    const theirs = page.querySelector(".columns");
    if (!ok || !columns || !theirs || !take(page, "dokument")) {
      window.location.assign(address);
      return;
    }
    columns.toggleAttribute("data-split", theirs.hasAttribute("data-split"));
    document.querySelectorAll(".quote").forEach((quote, i) => {
      const other = page.querySelectorAll(".quote")[i];
      quote.toggleAttribute("data-open", Boolean(other && other.hasAttribute("data-open")));
    });
    if (remember) window.history.pushState({ beside: true }, "", address);
    const place = byId("sitat");
    if (place) place.scrollIntoView({ block: "center" });
    const title = document.querySelector("#dokument .title");
    if (title && remember) {
      title.tabIndex = -1;
      title.focus({ preventScroll: true });
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a.cite, #dokument .back");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || !wide.matches) return;
    event.preventDefault();
    open(link.getAttribute("href"), true).then(() => {
      if (link.classList.contains("back")) {
        const first = document.querySelector(".own h1");
        if (first) { first.tabIndex = -1; first.focus(); }
      }
    });
  });

  window.addEventListener("popstate", () => {
    if (document.querySelector(".columns")) open(window.location.href, false);
  });

  // Copying, where the browser lets us; the words stand there to be taken by hand too.
  function offerToCopy(within) {
    for (const copy of within.querySelectorAll("details.copy")) {
      const text = copy.querySelector("textarea");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.textContent = copy.dataset.copy;
      const said = document.createElement("span");
      said.setAttribute("role", "status");
      said.className = "hint";
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(text.value);
        } catch {
          copy.hidden = false;
          copy.open = true;
          text.select();
          if (!document.execCommand("copy")) return;
        }
        said.textContent = copy.dataset.copied;
      });
      const line = document.createElement("p");
      line.className = "copying";
      line.append(button, " ", said);
      copy.before(line);
      copy.hidden = true;
    }
  }

  offerToCopy(document);
  const place = byId("sitat");
  if (place && window.location.hash === "#sitat") place.scrollIntoView({ block: "center" });
})();
