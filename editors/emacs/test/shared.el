;;; shared.el --- What the tests in Emacs share  -*- lexical-binding: t; -*-

;;; Code:

(require 'cl-lib)
(require 'package)

(setq make-backup-files nil
      create-lockfiles nil
      auto-save-default nil
      debug-on-error nil)
(package-activate-all)
(add-to-list 'load-path (expand-file-name ".." (file-name-directory load-file-name)))

(defconst demo (file-name-as-directory (getenv "DEMO")))
(defconst out (file-name-as-directory (getenv "OUT")))
(defconst seconds 60)

;; Whatever waits, waits for processes, and then timers run.
(run-at-time (* 3 seconds) nil
             (lambda () (message "FAILED: the test took too long") (kill-emacs 1)))

(defun fail (format &rest arguments)
  "Fail with a message from FORMAT and ARGUMENTS."
  (signal 'error (list (apply #'format format arguments))))

(defun passed (what)
  "Say that WHAT was checked."
  (princ (format "ok: %s\n" what)))

(defun wait-for (what predicate &optional got)
  "Wait for WHAT until PREDICATE holds, and return its value; GOT says what is."
  (let ((end (+ (float-time) seconds)) value)
    (while (not (setq value (funcall predicate)))
      (when (> (float-time) end)
        (fail "expected within %d s: %s%s" seconds what
              (if got (format "; there is: %S" (funcall got)) "")))
      (accept-process-output nil 0.02))
    value))

(defun open-file (name)
  "Open the demo's file NAME, as the command does."
  (find-file (expand-file-name name demo))
  (run-hooks 'post-command-hook))

(defun at (line text)
  "Put point into the first TEXT of LINE."
  (goto-char (point-min))
  (forward-line (1- line))
  (search-forward text (line-end-position))
  (goto-char (1+ (match-beginning 0))))

(defun found ()
  "The diagnostics of this buffer, each as its line and its text."
  (mapcar (lambda (it)
            (cons (line-number-at-pos (flymake-diagnostic-beg it)) (flymake-diagnostic-text it)))
          (flymake-diagnostics)))

(defun finds (line start)
  "Whether a diagnostic on LINE says START."
  (cl-find-if (lambda (it) (and (= (car it) line) (string-search start (cdr it)))) (found)))

(defun wait-for-diagnostic (line start)
  "Wait for a diagnostic on LINE that says START."
  (wait-for (format "%s in %s, line %d" start (buffer-name) line)
            (lambda () (finds line start))
            #'found))

(defun keep (name text)
  "Write TEXT into the file NAME of the folder for logs."
  (write-region text nil (expand-file-name name out) nil 'quietly))

(defun started ()
  "The processes of the servers that have started."
  (with-temp-buffer
    (insert-file-contents (getenv "PROCESSES"))
    (mapcar #'string-to-number (split-string (buffer-string) "\n" t))))

(defun is-gone (process)
  "Whether PROCESS has ended."
  (member (alist-get 'state (process-attributes process)) '(nil "Z")))

(defmacro main (&rest body)
  "Do BODY; exit with 1 and a message if something in it fails."
  `(condition-case error
       (progn ,@body)
     (error (message "FAILED: %s" (error-message-string error)) (kill-emacs 1))))

(provide 'shared)
;;; shared.el ends here
