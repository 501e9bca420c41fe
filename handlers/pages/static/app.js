// Keeps what is typed on the device while it is not yet sent, offers it again, and changes the size
// of type without a reload. Every page works without this script.
(() => {
  "use strict";
  const user = document.body.dataset.user || "";
  const prefix = "fengqiao/" + user + "/";
  const mostKept = 20;
  const longestKept = 30 * 24 * 60 * 60 * 1000;

  // What is kept: under log/KEY a dispute that is being logged, under the path of its page what is
  // being done to a case; when it was typed, and the fields by their names.
  const store = {
    get(key) {
      try {
        const kept = JSON.parse(localStorage.getItem(prefix + key));
        return kept && kept.values ? kept : null;
      } catch (_) { return null; }
    },
    set(key, values) {
      try { localStorage.setItem(prefix + key, JSON.stringify({ at: Date.now(), values })); return true; } catch (_) { return false; }
    },
    drop(key) { try { localStorage.removeItem(prefix + key); } catch (_) { /* nothing is kept then */ } },
    // The newest first.
    all() {
      const out = [];
      try {
        for (let i = 0; i < localStorage.length; i++) {
          const name = localStorage.key(i);
          if (name.startsWith(prefix)) out.push(name.slice(prefix.length));
        }
      } catch (_) { /* nothing is kept then */ }
      return out.map((key) => [key, store.get(key)]).sort((a, b) => (b[1] ? b[1].at : 0) - (a[1] ? a[1].at : 0));
    },
  };
  const element = (name, text, className) => {
    const out = document.createElement(name);
    if (text) out.textContent = text;
    if (className) out.className = className;
    return out;
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
  if (!user) return;

  // What became a case, or was done to one, is no draft any more.
  const done = document.querySelector("[data-drop]");
  if (done) {
    store.drop(done.dataset.drop + "/" + new URLSearchParams(location.search).get("done"));
    if (done.dataset.dropLog) store.drop("log/" + done.dataset.dropLog);
    history.replaceState(null, "", location.pathname);
  }
  const sent = document.querySelector("[data-sent]");
  if (sent) {
    store.drop(sent.dataset.sent);
    history.replaceState(null, "", location.pathname);
  }
  store.all().forEach(([key, kept], i) => {
    if (!kept || i >= mostKept || Date.now() - kept.at > longestKept) store.drop(key);
  });

  // A page that cannot be opened any more still gives back what was typed there.
  const refused = document.querySelector("[data-kept]");
  const lost = refused && store.get(location.pathname);
  if (lost) {
    const texts = Object.values(lost.values).filter((text) => text.length > 10);
    const label = element("label", "您在这里填过、没有提交的文字，可以抄下来：");
    const text = element("textarea");
    text.readOnly = true;
    text.rows = 8;
    text.value = texts.join("\n\n");
    label.append(text);
    if (texts.length > 0) refused.append(label);
  }

  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const isLog = form.dataset.draft === "log";
  const key = isLog ? "log/" + form.elements.draftKey.value : location.pathname;
  const fresh = "fresh" in form.dataset; // nothing of it was sent before

  // Numbers travel in hidden fields between the steps; they are not kept on the device either.
  const isPrivateName = (name) => /\.(idNumber|phone)$/.test(name);
  const values = () => {
    const out = {};
    for (const field of form.elements) {
      if (!field.name || field.type === "submit" || field.type === "file" || "private" in field.dataset || isPrivateName(field.name)) continue;
      if ((field.type === "radio" || field.type === "checkbox") && !field.checked) continue;
      out[field.name] = field.value;
    }
    return out;
  };
  const same = (a, b) => {
    const skip = new Set(["version", "draftKey", "step"]);
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
      if (!skip.has(name) && (a[name] || "") !== (b[name] || "")) return false;
    }
    return true;
  };
  const opened = values();
  let unkept = false;
  const keep = () => {
    const now = values();
    if (!fresh || !same(now, opened)) unkept = !store.set(key, now);
  };

  // The server shows the form again with everything in it.
  const resume = (kept) => {
    const again = element("form");
    again.method = "post";
    again.action = form.getAttribute("action") || location.pathname;
    for (const [name, value] of Object.entries(Object.assign({}, kept.values, { do: "resume" }))) {
      const input = element("input");
      input.type = "hidden"; input.name = name; input.value = value;
      again.append(input);
    }
    document.body.append(again);
    again.submit();
  };
  const titleOf = (kept) => (kept.values.title || kept.values.facts || kept.values["parties[0].name"] || "").slice(0, 30);
  const offer = (keptKey, kept) => {
    const box = element("div", "", "notice");
    box.setAttribute("role", "status");
    const at = new Date(kept.at);
    const text = element("p", "这台设备上有一份没有提交的内容（" + (at.getMonth() + 1) + "月" + at.getDate() + "日填写）");
    if (isLog && titleOf(kept)) text.append("：", element("strong", titleOf(kept)));
    text.append("。");
    if (isLog) text.append("电话和证件号码没有暂存，请重新填写。");
    if (form.querySelector("input[type=file]")) text.append("还没有传上去的照片，请重新选。");
    const buttons = element("p", "", "buttons");
    for (const [name, act] of [["接着填写", () => resume(kept)], ["不要了", () => store.drop(keptKey)]]) {
      const button = element("button", name);
      button.type = "button";
      button.addEventListener("click", () => { act(); box.remove(); });
      buttons.append(button);
    }
    box.append(text, buttons);
    form.before(box);
  };
  if (fresh && isLog) {
    store.all().filter(([name, kept]) => kept && name !== key && name.startsWith("log/")).slice(0, 3).forEach(([name, kept]) => offer(name, kept));
  } else if (fresh) {
    const kept = store.get(key);
    if (kept && !same(kept.values, opened)) offer(key, kept);
  } else if (isLog || store.get(key)) {
    keep(); // what is shown now
  }

  let timer = 0;
  let sending = false;
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 400); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && !sending) keep(); });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    keep();
    if (sending) { event.preventDefault(); return; }
    if (navigator.onLine === false) {
      event.preventDefault();
      let note = form.querySelector(".offline");
      if (!note) {
        note = element("p", "", "notice bad offline");
        note.setAttribute("role", "alert");
        form.append(note);
      }
      note.textContent = "现在没有网络。填写的内容已经暂存在这台设备上，有了网络再提交。";
      return;
    }
    sending = true;
    setTimeout(() => { sending = false; }, 8000);
  });
  window.addEventListener("online", () => { const note = form.querySelector(".offline"); if (note) note.remove(); });
  window.addEventListener("pageshow", () => { sending = false; });
  window.addEventListener("beforeunload", (event) => { if (unkept && !sending) event.preventDefault(); });
})();
