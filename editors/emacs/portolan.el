;;; portolan.el --- Port numbers in Dockerfiles, compose files and nginx configuration  -*- lexical-binding: t; -*-

;; Author: The Portolan authors
;; URL: https://github.com/portolan/portolan
;; Version: 0.1.0
;; Package-Requires: ((emacs "30.1"))
;; Keywords: languages, tools
;; SPDX-License-Identifier: Apache-2.0 OR MIT

;;; Commentary:

;; Portolan is a language server that knows what a port number is: it says so
;; when point is on one, and underlines those that are reserved, deregistered,
;; out of range or malformed.
;;
;; With Eglot:
;;
;;     (require 'portolan)
;;     (portolan-eglot-mode 1)
;;
;; Eglot has one server for a buffer.  The files that `portolan-eglot-kinds'
;; names are Portolan's while the mode is on, whatever else Eglot starts for
;; their major modes; all other files, other YAML too, are left alone.
;;
;; With lsp-mode, which has several servers for a buffer, it is enough to load
;; this file: where `lsp' runs, Portolan runs beside the other servers.

;;; Code:

(require 'cl-lib)
(require 'project)

(defvar eglot-lsp-context)
(defvar eglot-server-programs)
(defvar lsp-language-id-configuration)
(declare-function eglot-code-actions "eglot")
(declare-function eglot-current-server "eglot")
(declare-function eglot-ensure "eglot")
(declare-function eglot-execute "eglot")
(declare-function lsp-register-client "ext:lsp-mode")
(declare-function lsp-stdio-connection "ext:lsp-mode")
(declare-function make-lsp-client "ext:lsp-mode")

(defgroup portolan nil
  "Port numbers in Dockerfiles, compose files and nginx configuration."
  :group 'tools
  :prefix "portolan-"
  :link '(url-link "https://github.com/portolan/portolan"))

(defcustom portolan-command '("portolan" "--stdio")
  "The command that starts the server: the program and its arguments."
  :type '(repeat string))

(defcustom portolan-eglot-kinds '(dockerfile compose nginx configuration)
  "The kinds of files that are Portolan's while `portolan-eglot-mode' is on.
Eglot has one server for a buffer: a kind that is not listed keeps the server
that `eglot-server-programs' has for its major mode."
  :type '(set (const :tag "Dockerfiles" dockerfile)
              (const :tag "Compose files" compose)
              (const :tag "nginx configuration" nginx)
              (const :tag "portolan.toml" configuration)))

(defcustom portolan-file-names
  '((configuration . "\\`\\.?portolan\\.toml\\'")
    (dockerfile . "\\.\\(?:dockerfile\\|containerfile\\)\\'")
    (dockerfile . "\\`\\(?:dockerfile\\|containerfile\\)\\(?:[._-].*\\)?\\'")
    (compose . "\\`\\(?:.*[.-]\\)?compose\\(?:[.-].*\\)?\\.ya?ml\\'")
    (compose . "\\`docker-compose.*\\.ya?ml\\'")
    (nginx . "\\`nginx\\.conf\\(?:\\..*\\)?\\'\\|\\.nginx\\(?:\\.conf\\)?\\'")
    (nginx . "\\`nginx.*\\.conf\\'"))
  "What kind of file Portolan sees in a name, without folders and in any case.
Each element is a kind, as in `portolan-eglot-kinds', and a regular expression.
The first one that matches counts."
  :type '(alist :key-type symbol :value-type regexp))

(defcustom portolan-nginx-folders
  (concat "/\\(?:conf\\.d\\|http\\.d\\|stream\\.d\\|snippets\\|vhosts?\\(?:\\.d\\)?"
          "\\|nginx\\(?:/[^/]+\\)?\\|sites-\\(?:available\\|enabled\\)\\)/[^/]+\\.conf\\'")
  "The paths at which a file is nginx configuration that is not called so.
A regular expression that is matched in any case."
  :type 'regexp)

(defconst portolan--modes
  '((dockerfile-mode :language-id "dockerfile")
    (dockerfile-ts-mode :language-id "dockerfile")
    (yaml-mode :language-id "dockercompose")
    (yaml-ts-mode :language-id "dockercompose")
    (nginx-mode :language-id "nginx")
    (nginx-ts-mode :language-id "nginx")
    (conf-toml-mode :language-id "toml")
    (toml-mode :language-id "toml")
    (toml-ts-mode :language-id "toml")
    (conf-mode :language-id "conf"))
  "The major modes of the files that Portolan reads, with their language ids.
What a file is, the server sees by its name first; in the modes that are for
many kinds of files its content decides.")

(defun portolan-kind (file)
  "The kind of FILE in Portolan's eyes, nil if it is none of its files.
It is `dockerfile', `compose', `nginx' or `configuration'."
  (let ((case-fold-search t)
        (name (file-name-nondirectory file)))
    (or (car (cl-find-if (lambda (entry) (string-match-p (cdr entry) name))
                         portolan-file-names))
        (and (string-match-p portolan-nginx-folders file) 'nginx))))

;;; Eglot

;; Eglot finds the server of a buffer by its project and its major mode.  A
;; project of Portolan's own around the real one keeps other YAML and other
;; servers apart, and gives all kinds of files one server.

(cl-defmethod project-root ((project (head portolan)))
  "The root of the project that PROJECT is around."
  (project-root (cdr project)))

(cl-defmethod project-files ((project (head portolan)) &optional dirs)
  "The files, in DIRS, of the project that PROJECT is around."
  (project-files (cdr project) dirs))

(cl-defmethod project-ignores ((project (head portolan)) dir)
  "What is ignored in DIR by the project that PROJECT is around."
  (project-ignores (cdr project) dir))

(defun portolan--is-ours ()
  "Whether Eglot gives this buffer to Portolan."
  (and buffer-file-name
       (memq (portolan-kind buffer-file-name) portolan-eglot-kinds)
       (cl-some (lambda (entry) (derived-mode-p (car entry))) portolan--modes)))

(defun portolan--project (directory)
  "The project of DIRECTORY for Eglot, if the buffer is Portolan's."
  (when (and (bound-and-true-p eglot-lsp-context) (portolan--is-ours))
    (let ((eglot-lsp-context nil))
      (cons 'portolan (or (project-current nil directory)
                          (cons 'transient (expand-file-name directory)))))))

(defun portolan--start ()
  "Have Eglot start Portolan in this buffer, if it is Portolan's."
  (when (portolan--is-ours)
    (require 'eglot)
    (setq-local eglot-server-programs (list (cons portolan--modes portolan-command)))
    (eglot-ensure)))

;;;###autoload
(define-minor-mode portolan-eglot-mode
  "Have Eglot start Portolan for Dockerfiles, compose files and nginx files.
Which ones are Portolan's, `portolan-eglot-kinds' says."
  :global t
  (if portolan-eglot-mode
      (progn
        (add-hook 'project-find-functions #'portolan--project -90)
        ;; Before Eglot's own function, which looks for a server that runs.
        (add-hook 'after-change-major-mode-hook #'portolan--start -90)
        (dolist (buffer (buffer-list))
          (with-current-buffer buffer (portolan--start))))
    (remove-hook 'project-find-functions #'portolan--project)
    (remove-hook 'after-change-major-mode-hook #'portolan--start)))

;;;###autoload
(defun portolan-eglot-fix-all ()
  "Apply all safe fixes that Portolan has for this buffer.
It does nothing where there are none, and so can stand in `before-save-hook'."
  (interactive)
  (when-let* (((and (featurep 'eglot) (portolan--is-ours)))
              (server (eglot-current-server))
              (kind "source.fixAll.portolan")
              (actions (eglot-code-actions (point-min) (point-max) kind)))
    (eglot-execute server (car actions))))

;;; lsp-mode

(with-eval-after-load 'lsp-mode
  (dolist (entry '((nginx-mode . "nginx") (nginx-ts-mode . "nginx")))
    (add-to-list 'lsp-language-id-configuration entry t))
  (lsp-register-client
   (make-lsp-client :server-id 'portolan
                    :new-connection (lsp-stdio-connection (lambda () portolan-command))
                    :activation-fn (lambda (file _mode) (and file (portolan-kind file)))
                    :add-on? t
                    :priority -1)))

(provide 'portolan)
;;; portolan.el ends here
