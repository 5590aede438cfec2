import os

from django.core.wsgi import get_wsgi_application

from ip2a.turns import in_turns

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ip2a.settings")
application = in_turns(get_wsgi_application())
