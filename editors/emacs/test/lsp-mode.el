;;; lsp-mode.el --- Portolan in Emacs, with lsp-mode  -*- lexical-binding: t; -*-

;;; Code:

(load (expand-file-name "shared.el" (file-name-directory load-file-name)) nil t)
(require 'flymake)
(require 'portolan)

(unless (require 'lsp-mode nil t)
  (princ "not checked: lsp-mode is not installed\n")
  (kill-emacs (if (equal (getenv "PORTOLAN_EDITORS") "required") 1 0)))

(setq lsp-auto-guess-root t
      lsp-session-file (expand-file-name "lsp-session" (getenv "HOME"))
      lsp-diagnostics-provider :flymake
      lsp-enable-file-watchers nil
      lsp-enable-snippet nil
      lsp-enabled-clients '(portolan other)
      lsp-warn-no-matched-clients nil
      lsp-restart 'ignore)

;; Another server for YAML, beside which Portolan has to run. That it is the same program does not matter.
(lsp-register-client
 (make-lsp-client :server-id 'other
                  :new-connection (lsp-stdio-connection portolan-command)
                  :major-modes '(yaml-mode)))

(defun servers ()
  "The servers of this buffer, by name."
  (sort (mapcar (lambda (it) (symbol-name (lsp--client-server-id (lsp--workspace-client it))))
                (lsp-workspaces))))

(defun wait-for-servers (&rest names)
  "Wait until the servers of this buffer are NAMES, and have started."
  (wait-for (format "the servers %S for %s" names (buffer-name))
            (lambda ()
              (and (equal (servers) names)
                   (cl-every (lambda (it) (eq (lsp--workspace-status it) 'initialized))
                             (lsp-workspaces))))
            #'servers))

(main
 (open-file "compose.yaml")
 (lsp)
 (wait-for-servers "other" "portolan")
 (flymake-start)
 (wait-for-diagnostic 9 "port 994 is reserved by IANA")
 (copy-file (expand-file-name "compose.yaml" demo) (expand-file-name "values.yaml" demo) t)
 (open-file "values.yaml")
 (lsp)
 (wait-for-servers "other")
 (open-file "nginx.conf")
 (lsp)
 (wait-for-servers "portolan")
 (flymake-start)
 (wait-for-diagnostic 36 "port 994 is reserved")
 (dolist (name '("nginx.conf" "compose.yaml"))
   (with-current-buffer name
     (dolist (workspace (lsp-workspaces)) (lsp-workspace-shutdown workspace))))
 (dolist (process (started))
   (wait-for "the end of the server's process" (lambda () (is-gone process))))
 (passed (format "lsp-mode %s: compose.yaml and nginx.conf beside another server, not values.yaml"
                 (package-version-join (package-desc-version (cadr (assq 'lsp-mode package-alist)))))))

;;; lsp-mode.el ends here
