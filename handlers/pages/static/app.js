// Keeps what is typed on the device while it is not yet sent, offers it again, and changes the size
// of type without a reload. Every page works without this script.
(() => {
  "use strict";
  const user = document.body.dataset.user || "";
  const prefix = "fengqiao/" + user + "/";
  const store = {
    get(key) { try { return JSON.parse(localStorage.getItem(prefix + key)); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(prefix + key, JSON.stringify(value)); return true; } catch { return false; } },
    drop(key) { try { localStorage.removeItem(prefix + key); } catch { /* nothing is kept then */ } },
  };

  // Larger type: the same cookie as the link's page sets.
  const larger = document.querySelector("a[data-larger]");
  if (larger) {
    larger.addEventListener("click", (event) => {
      event.preventDefault();
      const on = document.documentElement.classList.toggle("larger");
      document.cookie = "fengqiao_larger=" + (on ? "1" : "") + "; path=/; samesite=lax; max-age=" + (on ? 31536000 : 0) +
        (location.protocol === "https:" ? "; secure" : "");
      larger.textContent = on ? "普通字" : "大字";
      larger.href = "/larger?on=" + (on ? "0" : "1") + "&next=" + encodeURIComponent(location.pathname + location.search);
    });
  }

  const wrong = document.querySelector("[data-focus]");
  if (wrong) wrong.focus();

  // What became a case, or was done to one, is no draft any more.
  const done = document.querySelector("[data-drop]");
  if (done && user) {
    const slug = new URLSearchParams(location.search).get("done");
    store.drop(done.dataset.drop + "/" + slug);
    const log = store.get("log");
    if (log && log.draftKey && log.draftKey === done.dataset.dropLog) store.drop("log");
    history.replaceState(null, "", location.pathname);
  }

  const form = document.querySelector("form[data-draft]");
  if (!form || !user) return;
  const isLog = form.dataset.draft === "log";
  const key = isLog ? "log" : location.pathname;

  const values = () => {
    const out = {};
    for (const field of form.elements) {
      if (!field.name || field.type === "submit" || "private" in field.dataset || isPrivateName(field.name)) continue;
      if ((field.type === "radio" || field.type === "checkbox") && !field.checked) continue;
      out[field.name] = field.value;
    }
    return out;
  };
  // Numbers travel in hidden fields between the steps; they are not kept on the device either.
  const isPrivateName = (name) => /\.(idNumber|phone)$/.test(name);

  const fresh = !wrong && (!isLog || form.dataset.step === "1");
  const kept = store.get(key);
  const opened = JSON.stringify(values());
  let unkept = false;
  const keep = () => {
    const now = values();
    if (JSON.stringify(now) === opened && fresh) return;
    unkept = !store.set(key, now);
  };
  const same = (a, b) => {
    const skip = new Set(["version", "draftKey", "step"]);
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    for (const name of names) if (!skip.has(name) && (a[name] || "") !== (b[name] || "")) return false;
    return true;
  };

  const restore = () => {
    if (isLog) {
      // The server shows the step again, with everything in it.
      const again = document.createElement("form");
      again.method = "post";
      again.action = form.action;
      const add = (name, value) => {
        const input = document.createElement("input");
        input.type = "hidden"; input.name = name; input.value = value;
        again.append(input);
      };
      for (const [name, value] of Object.entries(kept)) add(name, value);
      add("do", "resume");
      document.body.append(again);
      again.submit();
      return;
    }
    for (const field of form.elements) {
      if (!field.name || field.name === "version" || field.type === "submit") continue;
      if (field.type === "radio") field.checked = kept[field.name] === field.value;
      else if (field.type === "checkbox") field.checked = field.name in kept;
      else if (field.name in kept) field.value = kept[field.name];
    }
    keep();
  };

  if (fresh && kept && !same(kept, values())) {
    const box = document.createElement("div");
    box.className = "notice";
    box.setAttribute("role", "status");
    const text = document.createElement("p");
    text.textContent = "这台设备上有一份没有提交的内容。";
    const buttons = document.createElement("p");
    buttons.className = "buttons";
    for (const [name, act] of [["接着填写", restore], ["不要了", () => store.drop(key)]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.addEventListener("click", () => { act(); box.remove(); });
      buttons.append(button);
    }
    box.append(text, buttons);
    form.before(box);
  } else if (isLog) {
    keep();
  }

  let timer = 0;
  let sending = false;
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 400); });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    keep();
    if (sending) { event.preventDefault(); return; }
    if (navigator.onLine === false) {
      event.preventDefault();
      let note = form.querySelector(".offline");
      if (!note) {
        note = document.createElement("p");
        note.className = "notice bad offline";
        note.setAttribute("role", "alert");
        form.append(note);
      }
      note.textContent = "现在没有网络。填写的内容已经暂存在这台设备上，有了网络再提交。";
      return;
    }
    sending = true;
    setTimeout(() => { sending = false; }, 8000);
  });
  window.addEventListener("pageshow", () => { sending = false; });
  window.addEventListener("beforeunload", (event) => { if (unkept && !sending) event.preventDefault(); });
})();
