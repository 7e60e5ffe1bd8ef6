;;; eglot.el --- Portolan in Emacs, with Eglot  -*- lexical-binding: t; -*-

;;; Code:

(load (expand-file-name "shared.el" (file-name-directory load-file-name)) nil t)
(require 'portolan)
(require 'eglot)
(require 'flymake)

(defun tell ()
  "Tell the server what has changed: no time passes here in which Emacs is idle."
  (eglot--signal-textDocument/didChange))

(defun hover ()
  "What Eglot shows in the echo area for what is at point."
  (let (shown)
    (eglot-hover-eldoc-function (lambda (text &rest _) (setq shown (or text ""))))
    (wait-for "an answer to hover" (lambda () shown))))

(defun choose (action)
  "Choose ACTION from the code actions at point."
  (let ((completing-read-function
         (lambda (_prompt actions &rest _)
           (unless (assoc action actions)
             (fail "expected the code action %S; there is: %S" action (mapcar #'car actions)))
           action))
        (last-nonmenu-event ?\r))
    (call-interactively #'eglot-code-actions)))

(defun complete (candidate)
  "Complete what is before point to CANDIDATE, as the command for it does."
  (pcase-let* ((`(,from ,to ,table . ,properties) (eglot-completion-at-point))
               (typed (buffer-substring from to))
               (metadata (completion-metadata typed table nil))
               (found (completion-all-completions typed table nil (length typed) metadata)))
    (when found (setcdr (last found) nil))
    (let ((chosen (cl-find candidate found :test #'equal)))
      (unless chosen (fail "expected %S among what is offered: %S" candidate found))
      (delete-region from to)
      (insert chosen)
      (funcall (plist-get properties :exit-function) chosen 'finished))))

(defun hints ()
  "The inlay hints of this buffer."
  (mapcar (lambda (it) (string-trim (or (overlay-get it 'before-string) (overlay-get it 'after-string) "")))
          (cl-remove-if-not (lambda (it) (overlay-get it 'eglot--inlay-hint))
                            (overlays-in (point-min) (point-max)))))

(main
 (message "Emacs %s" emacs-version)
 (dolist (mode '(dockerfile-mode yaml-mode))
   (unless (fboundp mode) (fail "%s is not installed" mode)))
 (setq project-vc-extra-root-markers '("compose.yaml"))
 (portolan-eglot-mode 1)

 (open-file "compose.yaml")
 (wait-for "a server for compose.yaml" #'eglot-current-server)
 (wait-for-diagnostic 9 "port 994 is reserved by IANA")
 (keep "emacs-compose.txt" (mapconcat (lambda (it) (format "%d: %s\n" (car it) (cdr it))) (found)))
 (passed "compose.yaml, line 9: port 994 is reserved")

 (at 16 "5432")
 (let ((text (hover)))
   (keep "emacs-hover.txt" text)
   (unless (string-search "postgresql" text)
     (fail "expected that hover on 5432 says postgresql; it says: %s" text)))
 (passed "hover on 5432 in compose.yaml says postgresql")

 (at 9 "994")
 (let ((line (buffer-substring (line-beginning-position) (1+ (line-end-position)))))
   (delete-line)
   (tell)
   (wait-for "no diagnostic without line 9" (lambda () (null (found))) #'found)
   (insert line)
   (tell)
   (wait-for-diagnostic 9 "port 994 is reserved by IANA")
   (set-buffer-modified-p nil))
 (passed "an edit clears the diagnostic, its undoing brings it back")

 (at 9 "994")
 (end-of-line)
 (insert "\n      - \"postg")
 (tell)
 (complete "postgresql 5432/tcp")
 (let ((line (buffer-substring (line-beginning-position) (line-end-position))))
   (unless (equal line "      - \"5432\"")
     (fail "expected that postg is completed to 5432: %s" line)))
 (delete-region (line-end-position 0) (line-end-position))
 (tell)
 (passed "postg is completed to 5432")

 (at 9 "994")
 (choose "Convert to the long syntax")
 (unless (save-excursion (goto-char (point-min)) (search-forward "- target: 994\n" nil t))
   (fail "expected the long syntax: %s" (buffer-string)))
 (revert-buffer t t)
 (wait-for-diagnostic 9 "port 994 is reserved by IANA")
 (passed "a code action writes a port in the long syntax")

 (let ((index (format "%S" (funcall imenu-create-index-function))))
   (dolist (name '("webmail" "objects" "5432"))
     (unless (string-search name index) (fail "expected %s in the index of imenu: %s" name index))))
 (passed "imenu knows the services and their ports")

 (eglot--update-hints-1 (point-min) (point-max))
 (wait-for "an inlay hint postgresql" (lambda () (member "postgresql" (hints))) #'hints)
 (passed "an inlay hint says who is known at 5432")

 (open-file "Dockerfile")
 (flymake-start)
 (wait-for-diagnostic 11 "port 585 was deregistered on 2006-04-25")
 (passed "Dockerfile, line 11: port 585 was deregistered")

 (at 11 "585")
 (choose "Replace 585 with 993")
 (save-buffer)
 (with-temp-buffer
   (insert-file-contents (expand-file-name "Dockerfile" demo))
   (unless (search-forward "EXPOSE ${HTTP_PORT} 143 993\n" nil t)
     (fail "expected 993 in the place of 585: %s" (buffer-string))))
 (wait-for "no diagnostic in the Dockerfile" (lambda () (null (found))) #'found)
 (passed "the code action replaces 585 with 993")

 (open-file "Dockerfile.upper")
 (insert "FROM scratch\nEXPOSE 8080/http\n")
 (add-hook 'before-save-hook #'portolan-eglot-fix-all nil t)
 (save-buffer)
 (unless (equal (buffer-string) "FROM scratch\nEXPOSE 8080\n")
   (fail "expected that saving applies the safe fix: %s" (buffer-string)))
 (insert "\n")
 (save-buffer)
 (passed "all safe fixes are applied on save")

 (open-file "nginx.conf")
 (flymake-start)
 (wait-for-diagnostic 32 "port 585 was deregistered")
 (wait-for-diagnostic 36 "port 994 is reserved")
 (passed (format "nginx.conf in %s, lines 32 and 36: ports 585 and 994" major-mode))

 (make-directory (expand-file-name "conf.d" demo))
 (copy-file (expand-file-name "nginx.conf" demo) (expand-file-name "conf.d/default.conf" demo))
 (open-file "conf.d/default.conf")
 (conf-space-mode)
 (run-hooks 'post-command-hook)
 (flymake-start)
 (wait-for-diagnostic 36 "port 994 is reserved")
 (passed (format "conf.d/default.conf in %s" major-mode))

 (with-temp-file (expand-file-name "portolan.toml" demo) (insert "ignore = ['no-such-rule']\n"))
 (open-file "portolan.toml")
 (flymake-start)
 (wait-for-diagnostic 1 "no rule or set is called")
 (kill-buffer)
 (delete-file (expand-file-name "portolan.toml" demo))
 (passed "a mistake in portolan.toml is underlined")

 ;; What would be underlined in a compose file is in these.
 (dolist (name '("values.yaml" "decompose.yaml"))
   (copy-file (expand-file-name "compose.yaml" demo) (expand-file-name name demo))
   (open-file name)
   (unless (derived-mode-p 'yaml-mode) (fail "expected yaml-mode for %s: %s" name major-mode))
   (when (eglot-current-server) (fail "%s is no compose file, and has the server" name)))
 (with-temp-file (expand-file-name "my.conf" demo) (insert "key = value\n"))
 (open-file "my.conf")
 (when (eglot-current-server) (fail "my.conf is not nginx's, and has the server"))
 (passed "nothing is attached to values.yaml, decompose.yaml and my.conf")

 (open-file "compose.yaml")
 (let ((server (eglot-current-server)) (processes (started)))
   (unless (= (length processes) 1) (fail "expected one server for all files: %S" processes))
   (keep "emacs-events.txt"
         (with-current-buffer (jsonrpc-events-buffer server) (buffer-string)))
   (eglot-shutdown server)
   (wait-for "the end of the server's process" (lambda () (is-gone (car processes)))))
 (passed "one server for all files, and it ends when Eglot shuts it down")

 ;; A kind that is not Portolan's stays with the server that Eglot has for its mode.
 (setq portolan-eglot-kinds '(nginx))
 (kill-buffer)
 (open-file "compose.yaml")
 (when (or (local-variable-p 'eglot-server-programs) (eglot-current-server))
   (fail "compose files are not Portolan's any more, and one is"))
 (portolan-eglot-mode -1)
 (kill-buffer "nginx.conf")
 (open-file "nginx.conf")
 (when (local-variable-p 'eglot-server-programs) (fail "the mode is off, and nginx.conf is Portolan's"))
 (unless (= (length (started)) 1) (fail "expected no further server: %S" (started)))
 (passed "other kinds keep their server; the mode can be turned off"))

;;; eglot.el ends here
